"""Many stays in one request: each stands for itself, and together they cost a few statements and one matrix.

Stored by clinical.intake.many, scored by predictions.batch. What is stored is committed before it is scored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.errors import FactsRefusedError, Fault
from clinical.intake import many
from clinical.intake.checking import faults_of
from clinical.intake.many import OvertakenError, StagedStay
from clinical.intake.recording import NOT_YOUR_UNIT
from clinical.models import CareUnit, Encounter, User
from clinical.models.patient import Provenance
from predictions.api.reading import asked, report_of, where_it_was_sent
from predictions.api.shapes.facts import EncounterFacts
from predictions.errors import PredictionError
from predictions.waiting import owe_scores

TRIES = 3
log = structlog.get_logger(__name__)


@dataclass
class Item:
    """One of them: where it stands, what was sent, and what became of it."""

    position: int
    body: object
    visit_number: str | None = None
    faults: list[Fault] = field(default_factory=list)
    code: str = ""
    stay: Encounter | None = None
    is_new: bool = False


def take_in_all(bodies: Iterable[object], *, units: Collection[CareUnit], by: User, first: int = 1) -> list[Item]:
    """Store and score what is good, and say of the rest what is wrong; in the order in which they came."""
    items = [Item(position, body) for position, body in enumerate(bodies, start=first)]
    for attempt in range(TRIES):
        try:
            changed = _stored(items, units=units, by=by)
            break
        except OvertakenError:  # another sender stored one of these meanwhile: now it is known
            if attempt == TRIES - 1:
                raise
    _score(changed)
    _find(items, units)
    return items


def _stored(items: list[Item], *, units: Collection[CareUnit], by: User) -> list[int]:
    by_code = {unit.code: unit for unit in units}
    for item in items:
        item.faults, item.code = [], ""
    with scope_of_the_system():
        many.stage(_good(items, by_code))
        counts, among = many.judge(unit_ids=[unit.pk for unit in units], for_update=True)
        place = {item.position: item for item in items}
        for fault in among:
            refused = where_it_was_sent(FactsRefusedError([Fault(fault.field, _of_items(fault.message))]))
            _refuse(place[fault.line], refused)
        stored = many.store(expected=counts)
        changed = [*stored.added, *stored.corrected]
        owe_scores(changed)
        _mark_new(items, stored.added)
        _record(items, counts, stored, by)
    return changed


def _good(items: list[Item], units: dict[str, CareUnit]) -> Iterator[StagedStay]:
    for item in items:
        try:
            yield _staged(item, units)
        except FactsRefusedError as refused:
            _refuse(item, refused)


def _staged(item: Item, units: dict[str, CareUnit]) -> StagedStay:
    if isinstance(item.body, FactsRefusedError):  # it could not even be read
        raise item.body
    sent = asked(EncounterFacts, item.body)
    item.visit_number = sent.visit_number
    report = report_of(sent)
    faults = faults_of(report, is_new=True)
    if sent.unit not in units:
        faults.append(Fault("unit", NOT_YOUR_UNIT))
    if faults:
        raise where_it_was_sent(FactsRefusedError(faults))
    sex = sent.patient.sex if "sex" in sent.patient.model_fields_set else None
    return StagedStay(item.position, report, units[sent.unit].pk, sex=sex, told_at=sent.told_at)


def _refuse(item: Item, refused: FactsRefusedError) -> None:
    item.faults, item.code = refused.faults, refused.code


def _of_items(message: str) -> str:
    return message.replace("on line", "at position").replace(" of the file", "")


def _mark_new(items: list[Item], added: list[int]) -> None:
    numbers = set(Encounter.objects.filter(pk__in=added).values_list("source_id", flat=True))
    for item in items:
        item.is_new = not item.faults and item.visit_number in numbers


def _record(items: list[Item], counts: many.Counts, stored: many.Stored, by: User) -> None:
    ids = Encounter.objects.filter(pk__in=[*stored.added, *stored.corrected]).values_list("public_id", flat=True)
    detail: dict[str, Any] = {
        "items": len(items), "refused": sum(bool(item.faults) for item in items), "new": counts.new,
        "changed": counts.changed, "stale": counts.stale, "unchanged": counts.unchanged, "encounters": list(ids),
    }  # fmt: skip
    audit.record(actor=by, verb="encounters.recorded", subject_type="encounters", detail=detail)


def _score(encounter_ids: list[int]) -> None:
    """What cannot be scored now waits, and the list says so."""
    from predictions.batch import score_these  # noqa: PLC0415  whoever shows pages knows this door, and loads no model

    if not encounter_ids:
        return
    try:
        score_these(encounter_ids)
    except PredictionError as error:
        log.warning("a batch was left for later", reason=error.code, count=len(encounter_ids))


def _find(items: list[Item], units: Collection[CareUnit]) -> None:
    """The stays with what stands beside them now, in one statement."""
    numbers = [item.visit_number for item in items if not item.faults]
    stays = Encounter.objects.filter(provenance=Provenance.EHR, source_id__in=numbers, unit__in=units)
    with scope_of_the_system():
        by_number = {stay.source_id: stay for stay in stays.select_related("patient", "unit", "worklist_entry__prediction")}
    for item in items:
        item.stay = None if item.faults else by_number.get(item.visit_number or "")
