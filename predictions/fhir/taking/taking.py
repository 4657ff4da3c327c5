"""Everything of one call in one transaction: resources are kept, stays gathered and recorded; then the stays are scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from clinical import audit
from clinical.access import scope_of_the_system, scope_of_units
from clinical.errors import FactsRefusedError, NoSuchStayError
from clinical.models import Encounter, ReceivedResource
from predictions import intake
from predictions.errors import PredictionError
from predictions.fhir import received
from predictions.fhir.caller import Caller, Resource
from predictions.fhir.outcomes import Issue, ResourcesRefusedError
from predictions.fhir.taking import facts
from predictions.fhir.taking.gathering import StayResources, gather, is_stay
from predictions.fhir.taking.incoming import Incoming
from predictions.fhir.taking.keeping import STALE, Kept, Shelf, known_encounter
from predictions.models import Prediction

MOST_SCORED_NOW = 10
_ORDER = {"Patient": 0, "Encounter": 1}
# where in the resources a fact stands
_PLACES = {
    "medical_record_number": ("Patient", "identifier"), "family_name": ("Patient", "name[0].family"),
    "given_name": ("Patient", "name[0].given"), "birth_date": ("Patient", "birthDate"), "sex": ("Patient", "gender"),
    "visit_number": ("Encounter", "identifier"), "unit": ("Encounter", "location[0].location.identifier.value"),
    "admitted_at": ("Encounter", "period.start"), "discharged_at": ("Encounter", "period.end"),
}  # fmt: skip
_ON_THE_WARD = frozenset({"arrived", "triaged", "in-progress", "onleave"})
_NEVER_WAS = frozenset({"entered-in-error", "cancelled"})


@dataclass
class TakenStay:
    """What became of a stay."""

    encounter: Encounter
    prediction: Prediction | None = None
    not_scored: PredictionError | None = None
    waits: bool = False


@dataclass
class Taken:
    """What became of one resource."""

    kept: Kept
    stay: TakenStay | None = None
    remarks: list[Issue] = field(default_factory=list)


def take(sent: Sequence[Incoming], *, caller: Caller, score_now: bool = True) -> list[Taken]:
    """In the order in which they were sent. ResourcesRefusedError: nothing of it was stored."""
    with transaction.atomic():
        _one_call_at_a_time(caller)
        with scope_of_units(caller.units):
            shelf = Shelf(caller)
            order = sorted(sent, key=lambda one: _ORDER.get(one.type, 2))
            kept = {id(one): shelf.keep(one) for one in order}
        told = {id(one): Taken(kept[id(one)], remarks=one.remarks) for one in sent}
        stays = _record_stays(shelf, told, caller)
        _audit(sent, stays, caller)
    if score_now:
        _score(stays)
    return [told[id(one)] for one in sent]


def _one_call_at_a_time(caller: Caller) -> None:
    """Of one client: two that say the same must not both find it new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7303, %s)", [caller.user.pk])


def _record_stays(shelf: Shelf, told: dict[int, Taken], caller: Caller) -> list[TakenStay]:
    """Each stay about which something was said, once."""
    groups: dict[tuple[str, int], list[Taken]] = {}
    for one in told.values():
        for key in _stays_of(one, shelf):
            groups.setdefault(key, []).append(one)
    stays = []
    for key, about in groups.items():
        stay = _recorded(key, about, shelf, caller)
        if stay is not None:
            stays.append(stay)
            for one in about:
                one.stay = stay
    return stays


def _stays_of(one: Taken, shelf: Shelf) -> list[tuple[str, int]]:
    """("sent", key of the row in which it was sent) or ("known", key of the stay)."""
    row, resource = one.kept.row, one.kept.incoming.resource
    if row.resource_type == "Encounter":
        return [("sent", row.pk)] if is_stay(resource) else _newest_stay(row)
    if row.resource_type == "Patient":
        return [("sent", pk) for pk in _sent_about(row)] if one.kept.changed and not one.kept.is_new else []
    address = str((resource.get("encounter") or {}).get("reference", ""))
    if not address:
        return []
    with scope_of_units(shelf.caller.units):
        sent, stay = shelf.stay(address)
    if sent is not None and not is_stay(sent.body):
        return []
    return [("sent", sent.pk)] if sent is not None else [("known", stay.pk)] if stay is not None else []


def _sent_about(patient: ReceivedResource) -> list[int]:
    """Stays of the patient that were told already: their patient is told anew."""
    about = ReceivedResource.objects.filter(client=patient.client_id, resource_type="Encounter", encounter__isnull=False)
    with scope_of_the_system():
        return list(about.filter(about__in=_ids(patient)).order_by("-pk").values_list("pk", flat=True)[:1])


def _newest_stay(visit: ReceivedResource) -> list[tuple[str, int]]:
    """A visit that is no stay counts among the past year's of the stay that came after it."""
    stays = ReceivedResource.objects.filter(client=visit.client_id, resource_type="Encounter", about=visit.about)
    with scope_of_the_system():
        newest = stays.filter(encounter__isnull=False).order_by("-encounter__admitted_at").first()
    return [("sent", newest.pk)] if newest is not None else []


def _ids(row: ReceivedResource) -> list[str]:
    return [row.sent_id, str(row.public_id)]


def _recorded(key: tuple[str, int], about: Sequence[Taken], shelf: Shelf, caller: Caller) -> TakenStay | None:
    """One stay with all that is known of it; None where there is none, and none was."""
    kind, pk = key
    with scope_of_the_system():
        row = ReceivedResource.objects.select_related("encounter", "patient").get(pk=pk) if kind == "sent" else None
        stay = row.encounter if row is not None else Encounter.objects.select_related("patient", "unit").get(pk=pk)
        encounter = {**row.body, "id": row.sent_id} if row is not None else known_encounter(_known(stay))
        address = str((encounter.get("subject") or {}).get("reference", ""))
        with scope_of_units(caller.units):
            patient = shelf.person(address) or {}
        if encounter.get("status") in _NEVER_WAS:
            return _cancelled(encounter, about, caller)
        resources = _resources(row, encounter, patient, known=_in_force(stay, about, caller), caller=caller)
    gathered = gather(resources, unit=caller.units[0].code if len(caller.units) == 1 else "")
    about[0].remarks += gathered.remarks
    told_at = _told_at(about)
    _undo_discharge(encounter, stay, gathered.report.visit_number, caller, told_at)
    try:
        taken = intake.take_in(report=gathered.report, units=caller.units, by=caller.user, told_at=told_at, score_now=False)
    except FactsRefusedError as error:
        raise _where_it_was_sent(error, patient, about, shelf) from None
    if taken.is_stale:
        about[0].remarks.append(STALE)
    _link(row, about, taken.encounter)
    return TakenStay(taken.encounter, waits=True)


def _known(stay: Encounter | None) -> Encounter:
    if stay is None:
        raise NoSuchStayError
    return stay


def _cancelled(encounter: Resource, about: Sequence[Taken], caller: Caller) -> TakenStay | None:
    """The stay never was: its scores are withdrawn."""
    number = facts.number_of(encounter, facts.VISIT_NUMBER_TYPE)
    try:
        recorded = intake.cancel_admission(visit_number=number, units=caller.units, by=caller.user, told_at=_told_at(about))
    except NoSuchStayError:
        return None
    return TakenStay(recorded.encounter)


def _undo_discharge(encounter: Resource, stay: Encounter | None, number: str, caller: Caller, told_at: datetime | None) -> None:
    if stay is not None and stay.discharged_at is not None and encounter.get("status") in _ON_THE_WARD:
        intake.cancel_discharge(visit_number=number, units=caller.units, by=caller.user, told_at=told_at)


def _resources(
    row: ReceivedResource | None, encounter: Resource, patient: Resource, *, known: dict[int, ReceivedResource], caller: Caller
) -> StayResources:
    named = {name: [{**one.body, "id": one.sent_id} for one in known.values() if one.resource_type == name] for name in _ABOUT}
    return StayResources(
        encounter=encounter,
        patient=patient,
        conditions=named["Condition"],
        medications=named["MedicationRequest"],
        observations=named["Observation"],
        procedures=named["Procedure"],
        earlier=_earlier(row, caller) if row is not None else [],
    )


def _in_force(stay: Encounter | None, about: Sequence[Taken], caller: Caller) -> dict[int, ReceivedResource]:
    """What was told of the stay before and now, without what was taken back."""
    rows = {one.pk: one for one in received.in_force(caller.user.pk, stay)} if stay is not None else {}
    rows |= {one.kept.row.pk: one.kept.row for one in about}
    return {pk: row for pk, row in rows.items() if not row.is_in_error}


_ABOUT = ("Condition", "MedicationRequest", "Observation", "Procedure")


def _earlier(row: ReceivedResource, caller: Caller) -> list[Resource]:
    """The patient's other encounters that this client told of."""
    others = ReceivedResource.objects.filter(client=caller.user, resource_type="Encounter", about=row.about, is_in_error=False)
    return [one.body for one in others.exclude(pk=row.pk)]


def _told_at(about: Sequence[Taken]) -> datetime | None:
    return max((at for one in about if (at := facts.told_at(one.kept.incoming.resource))), default=None)


def _link(row: ReceivedResource | None, about: Sequence[Taken], stay: Encounter) -> None:
    """What was said of a stay goes where the stay goes. The patient's row stays with the ward under which it was told."""
    with scope_of_the_system():
        rows = [one.kept.row.pk for one in about if one.kept.row.resource_type in {*_ABOUT}]
        rows += [row.pk] if row is not None else []
        ReceivedResource.objects.filter(pk__in=rows).update(encounter=stay, patient=stay.patient)
        if row is not None:
            people = ReceivedResource.objects.filter(client=row.client_id, resource_type="Patient")
            people.filter(sent_id=row.about).update(patient=stay.patient)


def _where_it_was_sent(
    error: FactsRefusedError, patient: Resource, about: Sequence[Taken], shelf: Shelf
) -> ResourcesRefusedError:
    """Each fault by the place of its fact, as far as a resource of this call tells it."""
    places = {one.kept.row.resource_type: one.kept.incoming.place for one in reversed(about)}
    sent = [one for one in shelf.kept if (one.incoming.type, one.row.sent_id) == ("Patient", patient.get("id"))]
    if sent:
        places["Patient"] = sent[0].incoming.place
    issues = []
    for fault in error.faults:
        name, path = _PLACES.get(fault.field, ("Encounter", ""))
        place = places.get(name) or name
        expression = f"{place}.{path}" if path else place
        issues.append(Issue(f"{fault.field}: {fault.message}", expression, "business-rule"))
    return ResourcesRefusedError(issues)


def _audit(sent: Sequence[Incoming], stays: Sequence[TakenStay], caller: Caller) -> None:
    counts: dict[str, int] = {}
    for one in sent:
        counts[one.type] = counts.get(one.type, 0) + 1
    detail = {"resources": counts, "encounters": [stay.encounter.public_id for stay in stays[:20]]}
    audit.record(actor=caller.user, verb="fhir.received", subject_type="fhir", detail=detail)


def _score(stays: Sequence[TakenStay]) -> None:
    """After everything is safe. A few at once; what comes in numbers is scored by the workers."""
    for stay in [stay for stay in stays if stay.waits][:MOST_SCORED_NOW]:
        result = intake.score_now(stay.encounter)
        stay.prediction, stay.not_scored, stay.waits = result.prediction, result.not_scored, False
