"""The same two models in groups of patients, and what the units' people would be asked to look at today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.validation.words import NONE, count, number, signed, with_interval

Found = Mapping[str, Any]
CENSORED = "too few to show"
RULE = "A group with fewer than 10 who came back, or fewer than 10 who did not, is not shown: so few could be recognised."


@dataclass(frozen=True)
class GroupRow:
    """One group as it is written; a censored one has its name, and its size only where that is no secret."""

    name: str
    rows: str
    readmitted: str
    candidate: str
    champion: str
    recall: str
    calibrated: str
    censored: bool


@dataclass(frozen=True)
class UnitRow:
    """How many of today's list each model would raise on a unit, at the capacity it has today."""

    unit: str
    capacity: str
    encounters: str
    candidate: str
    champion: str
    difference: str


@dataclass(frozen=True)
class DriftRow:
    """One feature of the training data against the one before."""

    feature: str
    psi: str
    word: str
    sign: str


def groups_of(appraisal: Found) -> list[GroupRow]:
    before = {_key(group): group for group in ((appraisal.get("champion") or {}).get("subgroups") or ())}
    shown = (appraisal.get("candidate") or {}).get("subgroups") or ()
    return [_group(group, before.get(_key(group))) for group in shown]


def _group(group: Found, before: Found | None) -> GroupRow:
    name = f"{group['factor']}: {group['group']}"
    if group.get("censored"):
        return GroupRow(name, count(group["rows"]), CENSORED, CENSORED, NONE, NONE, NONE, censored=True)
    return GroupRow(
        name=name, rows=count(group["rows"]), readmitted=count(group["readmitted"]), candidate=with_interval(group.get("auc")),
        champion=with_interval(before.get("auc")) if before and not before.get("censored") else NONE,
        recall=with_interval(group.get("recall"), 2), calibrated=with_interval(group.get("observed_by_expected"), 2),
        censored=False,
    )  # fmt: skip


def _key(group: Found) -> tuple[str, str]:
    return str(group["factor"]), str(group["group"])


def burden_of(appraisal: Found) -> list[UnitRow]:
    return [_unit(row) for row in appraisal.get("burden") or ()]


def _unit(row: Found) -> UnitRow:
    candidate, champion = row.get("candidate_flagged"), row.get("champion_flagged")
    difference = NONE if candidate is None or champion is None else signed(candidate - champion, 0)
    return UnitRow(
        unit=str(row.get("unit") or row.get("unit_id")), capacity=_count(row.get("capacity")),
        encounters=_count(row.get("encounters")), candidate=_count(candidate), champion=_count(champion), difference=difference,
    )  # fmt: skip


def _count(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


SHIFTED, FAR = 0.1, 0.25


def drift_of(appraisal: Found, *, definition: Found) -> list[DriftRow]:
    """The largest first, under the names by which the schema's definition tells the features."""
    labels = {feature["name"]: str(feature.get("label") or feature["name"]) for feature in definition.get("features", ())}
    features = (appraisal.get("data_drift") or {}).get("features") or {}
    found = [(name, _psi(told)) for name, told in features.items()]
    return [_drift(labels.get(name, name), psi) for name, psi in sorted(found, key=lambda one: -(one[1] or 0))]


def _psi(told: object) -> float | None:
    value = told.get("psi") if isinstance(told, Mapping) else told
    return float(value) if isinstance(value, int | float) else None


def _drift(name: str, psi: float | None) -> DriftRow:
    if psi is None:
        return DriftRow(name, NONE, "not known", "off")
    if psi >= FAR:
        return DriftRow(name, number(psi), "far apart", "bad")
    if psi >= SHIFTED:
        return DriftRow(name, number(psi), "shifted", "waiting")
    return DriftRow(name, number(psi), "alike", "good")
