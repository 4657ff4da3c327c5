"""The judgement: measured figures held against a profile, clause by clause. What was not measured fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from mlops.gates.profile import Clause, Direction, Floors, Profile

NO_CHAMPION = "does not apply: there is no champion"
NO_LARGE_GROUP = "does not apply: no subgroup has so many who came back"
NOT_MEASURED = "was not measured"


@dataclass(frozen=True)
class MeasuredGroup:
    """One subgroup: how many came back, and the figure that has a floor. None: too few to tell."""

    name: str
    events: int | None
    value: float | None


@dataclass(frozen=True)
class Judged:
    """One clause with what was found. Where it does not apply, it neither passes nor fails anything: `passed` is True."""

    name: str
    words: str
    value: float | None
    direction: Direction
    bounds: tuple[float, ...]
    passed: bool
    applies: bool = True
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """`label` and `bound` are what a page writes."""
        bound = " to ".join(f"{bound:g}" for bound in self.bounds)
        told = {"direction": self.direction.value, "bounds": list(self.bounds), "bound": bound, "label": self.words}
        return {**asdict(self), **told}


@dataclass(frozen=True)
class Verdict:
    """Every clause of a profile. It is passed when no clause failed."""

    profile: str
    description: str
    clauses: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        return all(clause.passed for clause in self.clauses)

    @property
    def failed(self) -> tuple[Judged, ...]:
        return tuple(clause for clause in self.clauses if not clause.passed)

    def as_json(self) -> dict[str, Any]:
        return {
            "profile": self.profile,
            "description": self.description,
            "passed": self.passed,
            "clauses": [clause.as_json() for clause in self.clauses],
        }


def judge(
    profile: Profile, measured: Mapping[str, float | None], *, has_champion: bool, groups: Sequence[MeasuredGroup],
    caution: str = "",
) -> Verdict:  # fmt: skip
    """See the module. `caution` is what a reader has to know of the comparison with the champion."""
    clauses = [
        _judged(clause, measured.get(clause.name), has_champion=has_champion, caution=caution) for clause in profile.clauses
    ]
    return Verdict(profile.name, profile.description, (*clauses, _of_groups(profile.floors, groups)))


def _judged(clause: Clause, value: float | None, *, has_champion: bool, caution: str) -> Judged:
    told = (clause.direction, clause.bounds)
    if clause.against_champion and not has_champion:
        return Judged(clause.name, clause.words, None, *told, passed=True, applies=False, note=NO_CHAMPION)
    if value is None or not isfinite(value):
        return Judged(clause.name, clause.words, None, *told, passed=False, note=NOT_MEASURED)
    note = caution if clause.against_champion else ""
    return Judged(clause.name, clause.words, value, *told, passed=clause.direction.holds(value, clause.bounds), note=note)


def _of_groups(floors: Floors, groups: Sequence[MeasuredGroup]) -> Judged:
    """The subgroup that is furthest below its floor, or nearest to it; a large one without a figure comes before all."""
    large = [group for group in groups if group.events is not None and group.events >= floors.fewest_events]
    at_all = (Direction.AT_LEAST, (floors.floor,))
    if not groups:
        return Judged(floors.name, floors.words, None, *at_all, passed=False, note=NOT_MEASURED)
    if not large:
        return Judged(floors.name, floors.words, None, *at_all, passed=True, applies=False, note=NO_LARGE_GROUP)
    unmeasured = next((group for group in large if group.value is None or not isfinite(group.value)), None)
    if unmeasured is not None:
        note = f"{unmeasured.name} {NOT_MEASURED}"
        return Judged(floors.name, floors.words, None, *at_all, passed=False, note=note)
    values = {group.name: group.value for group in large if group.value is not None}
    worst = min(values, key=lambda name: values[name] - floors.floor_of(name))
    bound = floors.floor_of(worst)
    note = f"{worst}; {len(large)} subgroups with at least {floors.fewest_events} who came back"
    return Judged(
        floors.name, floors.words, values[worst], Direction.AT_LEAST, (bound,), passed=values[worst] >= bound, note=note
    )
