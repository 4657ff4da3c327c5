"""The types that are known, with everything that the CapabilityStatement says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import CharField, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from clinical.models import AuditEvent, Encounter, FollowUp, Patient, ReceivedResource
from predictions.fhir import received
from predictions.fhir.caller import Caller, Resource, uuid_or_none
from predictions.fhir.names import FOLLOW_UP, MODEL, PREDICTION, RECORD_NUMBER, RISK_PROBABILITY, VISIT_NUMBER
from predictions.fhir.searching.kinds import Kind, Source, coded, one_each
from predictions.fhir.searching.parameters import (
    NOTHING,
    Parameter,
    by_code,
    by_number,
    by_period,
    by_reference,
    by_text,
    by_time,
    by_uuid,
)
from predictions.fhir.searching.values import Reference, Token
from predictions.fhir.telling import devices, encounters, facts_of_a_stay, patients, risk, tasks, trail
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion, Prediction, PredictionVoid

_ID = by_uuid("_id")


# --- rows, in the scope of whoever asks -------------------------------------------------------------------------------------


def people(caller: Caller) -> QuerySet[Patient]:
    stays = Encounter.objects.filter(patient=OuterRef("pk"), unit__in=caller.units)
    return Patient.objects.select_related("merged_into").filter(Exists(stays) | Q(home_unit__in=caller.units))


def stays(caller: Caller) -> QuerySet[Encounter]:
    return Encounter.objects.select_related("patient", "unit").filter(unit__in=caller.units)


def scores(caller: Caller) -> QuerySet[Prediction]:
    standing = PredictionVoid.objects.filter(prediction=OuterRef("pk"), taken_back_at__isnull=True)
    earlier = Prediction.objects.filter(
        encounter=OuterRef("encounter"), model_version=OuterRef("model_version"), pk__lt=OuterRef("pk")
    )
    return (
        Prediction.objects.select_related("encounter__patient", "encounter__unit", "model_version")
        .filter(encounter__unit__in=caller.units)
        .annotate(
            is_withdrawn=Exists(standing),
            corrects=Exists(earlier),
            changed_at=Coalesce(Subquery(standing.values("voided_at")[:1]), "scored_at", output_field=DateTimeField()),
        )
    )


def versions(_caller: Caller) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(name=MODEL_NAME)


def actions(caller: Caller) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.select_related("encounter__patient", "recorded_by")
    return rows.filter(encounter__unit__in=caller.units)


def events(caller: Caller) -> QuerySet[AuditEvent]:
    """Of stays that the caller reaches: their numbers are looked up by the parameters, or by the read."""
    mine = Encounter.objects.filter(unit__in=caller.units).annotate(text=Cast("public_id", CharField()))
    return AuditEvent.objects.filter(subject_type="encounter", subject_id__in=mine.values("text"))


def changes(caller: Caller) -> QuerySet[AuditEvent]:
    return events(caller).filter(verb__in=trail.CHANGES)


def kept_as(name: str) -> Callable[[Caller], QuerySet[ReceivedResource]]:
    def rows(caller: Caller) -> QuerySet[ReceivedResource]:
        reached = Q(encounter__unit__in=caller.units) | Q(encounter__isnull=True, unit__in=caller.units)
        return ReceivedResource.objects.select_related("patient", "encounter").filter(reached, resource_type=name)

    return rows


# --- telling ----------------------------------------------------------------------------------------------------------------


def _people_told(caller: Caller, rows: Sequence[Patient]) -> Iterable[Sequence[Resource]]:
    sent = received.of_patients(caller, rows)
    return ([received.patient_as_sent(row, sent.get(row.pk)) or patients.patient(row)] for row in rows)


def _stays_told(caller: Caller, rows: Sequence[Encounter]) -> Iterable[Sequence[Resource]]:
    sent = received.of_stays(caller, rows)
    return ([received.encounter_as_sent(row, sent.get(row.pk)) or encounters.encounter(row)] for row in rows)


def _told_of_facts(tell: Callable[[Encounter], Iterable[Resource]], name: str) -> Any:
    def told(_caller: Caller, rows: Sequence[Encounter]) -> Iterable[Sequence[Resource]]:
        """Nothing of a stay whose sender told resources of this type: those are told instead."""
        with_resources = set(
            ReceivedResource.objects.filter(resource_type=name, encounter__in=rows).values_list("encounter_id", flat=True)
        )
        return ([] if row.pk in with_resources else list(tell(row)) for row in rows)

    return told


def _kept_told(caller: Caller, rows: Sequence[ReceivedResource]) -> Iterable[Sequence[Resource]]:
    return ([received.told(row, caller)] for row in rows)


# --- reading one ------------------------------------------------------------------------------------------------------------


def _read_rows(source: Source, name: str = "public_id") -> Callable[[Caller, str], Resource | None]:
    def read(caller: Caller, text: str) -> Resource | None:
        number = uuid_or_none(text)
        row = source.rows(caller).filter(**{name: number}).first() if number else None
        return next(iter(source.tell(caller, [row])))[0] if row is not None else None

    return read


def _read_kept(name: str) -> Callable[[Caller, str], Resource | None]:
    def read(caller: Caller, text: str) -> Resource | None:
        row = received.named(kept_as(name)(caller), caller, text)
        return received.told(row, caller) if row else None

    return read


def _read_person(caller: Caller, text: str) -> Resource | None:
    told = _read_rows(PEOPLE)(caller, text)
    if told is not None:
        return told
    row = received.named(kept_as("Patient")(caller), caller, text)
    if row is None or row.patient is None:
        return received.told(row, caller) if row else None
    return received.patient_as_sent(row.patient, row) or {**patients.patient(row.patient), "id": row.sent_id}


def _read_stay(caller: Caller, text: str) -> Resource | None:
    told = _read_rows(STAYS)(caller, text)
    if told is not None:
        return told
    row = received.named(kept_as("Encounter")(caller), caller, text)
    if row is None or row.encounter is None:
        return received.told(row, caller) if row else None
    stay = stays(caller).get(pk=row.encounter.pk)
    return received.encounter_as_sent(stay, row) or {**encounters.encounter(stay), "id": row.sent_id}


def _read_of_a_stay(name: str, tell: Callable[[Encounter], Iterable[Resource]]) -> Callable[[Caller, str], Resource | None]:
    """By our own numbers for facts (stay-place), or as it was sent."""
    kept = _read_kept(name)

    def read(caller: Caller, text: str) -> Resource | None:
        number = uuid_or_none(text[:36])
        row = stays(caller).filter(public_id=number).first() if number and len(text) > 36 else None  # noqa: PLR2004
        told = next((resource for resource in tell(row) if resource["id"] == text), None) if row else None
        return told or kept(caller, text)

    return read


def _read_event(caller: Caller, text: str) -> Resource | None:
    row = _event(events(caller), text)
    return trail.audit_event(row) if row else None


def _read_origin(caller: Caller, text: str) -> Resource | None:
    if text.startswith("change-"):
        row = _event(changes(caller), text.removeprefix("change-"))
        return trail.provenance_of_change(row) if row else None
    number = uuid_or_none(text)
    score = scores(caller).filter(public_id=number).first() if number else None
    return trail.provenance_of_score(score) if score else None


def _event(rows: QuerySet[AuditEvent], text: str) -> AuditEvent | None:
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004  what PostgreSQL holds
        return None
    return rows.filter(position=int(text)).first()


# --- parameters that are more than a column ---------------------------------------------------------------------------------


def _number(name: str, system: str, field: str) -> Parameter:
    def asks(_modifier: str, asked: Token) -> Q:
        return Q(**{field: asked.code}) if asked.system in {None, system} else NOTHING

    return Parameter(name, "token", asks)


def _uuid_number(name: str, system: str) -> Parameter:
    def asks(_modifier: str, asked: Token) -> Q:
        number = uuid_or_none(asked.code)
        return Q(public_id=number) if number and asked.system in {None, system} else NOTHING

    return Parameter(name, "token", asks)


def _of_patient(*names: str, field: str) -> list[Parameter]:
    return [by_reference(name, "Patient", field) for name in names]


def _stay_status() -> Parameter:
    def asks(_modifier: str, asked: Token) -> Q:
        standing = Q(entered_in_error_at__isnull=True)
        return {
            "entered-in-error": ~standing,
            "in-progress": standing & Q(discharged_at__isnull=True),
            "finished": standing & Q(discharged_at__isnull=False),
        }.get(asked.code, NOTHING)

    return Parameter("status", "token", asks)


def _version_number() -> Parameter:
    def asks(_modifier: str, asked: Token) -> Q:
        name, _slash, number = asked.code.partition("/")
        is_one = asked.system in {None, MODEL} and name == MODEL_NAME and number.isdigit() and len(number) < 9  # noqa: PLR2004
        return Q(number=int(number)) if is_one else NOTHING

    return Parameter("identifier", "token", asks)


def _device_status() -> Parameter:
    def asks(_modifier: str, asked: Token) -> Q:
        champion = Q(status=ModelStatus.CHAMPION)
        return {"active": champion, "inactive": ~champion}.get(asked.code, NOTHING)

    return Parameter("status", "token", asks)


def _stay_of_event(name: str, *, kind: str = "Encounter") -> Parameter:
    def asks(_modifier: str, asked: Reference) -> Q:
        number = uuid_or_none(asked.id)
        return Q(subject_id=str(number)) if number and asked.type in {"", kind} else NOTHING

    return Parameter(name, "reference", asks)


def _person_of_event(name: str) -> Parameter:
    def asks(_modifier: str, asked: Reference) -> Q:
        number = uuid_or_none(asked.id)
        if number is None or asked.type not in {"", "Patient"}:
            return NOTHING
        mine = Encounter.objects.filter(patient__public_id=number).annotate(text=Cast("public_id", CharField()))
        return Q(subject_id__in=mine.values("text"))

    return Parameter(name, "reference", asks)


def _target_score() -> Parameter:
    return by_reference("target", "RiskAssessment", "public_id")


def _kept_patient(name: str) -> Parameter:
    def asks(_modifier: str, asked: Reference) -> Q:
        if asked.type not in {"", "Patient"}:
            return NOTHING
        number = uuid_or_none(asked.id)
        return Q(about=asked.id) | (Q(patient__public_id=number) if number else NOTHING)

    return Parameter(name, "reference", asks)


# --- the types --------------------------------------------------------------------------------------------------------------

PEOPLE = Source(
    people,
    _people_told,
    [
        _ID,
        _number("identifier", RECORD_NUMBER, "medical_record_number"),
        by_text("family", "family_name"),
        by_text("given", "given_name"),
        by_text("name", "family_name", "given_name"),
        by_time("birthdate", "birth_date"),
        by_code("gender", "sex"),
    ],
)
STAYS = Source(
    stays,
    _stays_told,
    [
        _ID,
        _number("identifier", VISIT_NUMBER, "source_id"),
        *_of_patient("patient", "subject", field="patient__public_id"),
        by_period("date", "admitted_at", "discharged_at"),
        _stay_status(),
    ],
)
SCORES = Source(
    scores,
    one_each(risk.risk_assessment),
    [
        _ID,
        _uuid_number("identifier", PREDICTION),
        *_of_patient("patient", "subject", field="encounter__patient__public_id"),
        by_reference("encounter", "Encounter", "encounter__public_id"),
        by_time("date", "scored_at"),
        by_time("_lastUpdated", "changed_at"),
        by_reference("performer", "Device", "model_version__public_id"),
        by_number("probability", "risk_probability", scale=risk.HUNDRED, says="in percent, as it is told"),
        by_code("risk", "band", {band.value: code for band, code in risk.QUALITATIVE.items()}, system=RISK_PROBABILITY),
    ],
)
VERSIONS = Source(versions, one_each(devices.device), [_ID, _version_number(), _device_status()])
ACTIONS = Source(
    actions,
    one_each(tasks.task),
    [
        _ID,
        _uuid_number("identifier", FOLLOW_UP),
        *_of_patient("patient", "subject", field="encounter__patient__public_id"),
        by_reference("encounter", "Encounter", "encounter__public_id"),
        by_reference("focus", "RiskAssessment", "prediction_id"),
        by_code("status", "state", {state.value: told for state, told in tasks.STATUS.items()}),
        by_code("code", "kind", system=FOLLOW_UP),
        by_time("authored-on", "recorded_at"),
        by_time("_lastUpdated", "recorded_at"),
    ],
)
EVENTS = Source(
    events,
    one_each(trail.audit_event),
    [_stay_of_event("entity"), _person_of_event("patient"), by_time("date", "at"), by_time("_lastUpdated", "at")],
    key="position",
)
SCORE_ORIGINS = Source(scores, one_each(trail.provenance_of_score), [_target_score(), by_time("recorded", "scored_at")])
STAY_ORIGINS = Source(
    changes, one_each(trail.provenance_of_change), [_stay_of_event("target"), by_time("recorded", "at")], key="position"
)


def _resources_of_a_stay(name: str, tell: Callable[[Encounter], Iterable[Resource]] | None) -> list[Source]:
    kept = Source(
        kept_as(name),
        _kept_told,
        [_kept_patient("patient"), _kept_patient("subject"), by_reference("encounter", "Encounter", "encounter__public_id")],
    )
    if tell is None:
        return [kept]
    facts = Source(
        stays,
        _told_of_facts(tell, name),
        [
            *_of_patient("patient", "subject", field="patient__public_id"),
            by_reference("encounter", "Encounter", "public_id"),
        ],
    )
    return [kept, facts]


def _address(name: str) -> Callable[[Resource], str]:
    return lambda resource: str((resource.get(name) or {}).get("reference", ""))


_SUBJECT, _STAY, _PERFORMER = _address("subject"), _address("encounter"), _address("performer")
_OF_A_STAY = ("patient", "subject", "encounter", "_id")
_CODE, _STATUS = coded("code"), coded("status")

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "Patient",
            [PEOPLE],
            _read_person,
            writable=True,
            says="A search finds patients whose stay or home ward the token reaches; one that was only sent can be read.",
        ),
        Kind(
            "Encounter",
            [STAYS],
            _read_stay,
            includes={"Encounter:patient": _SUBJECT, "Encounter:subject": _SUBJECT},
            writable=True,
            says="Inpatient stays. Each attribute that the model looks at is an extension by its name.",
        ),
        Kind(
            "Condition",
            _resources_of_a_stay("Condition", facts_of_a_stay.conditions),
            _read_of_a_stay("Condition", facts_of_a_stay.conditions),
            sieves={
                "_id": coded("id"),
                "code": _CODE,
                "category": coded("category"),
                "verification-status": coded("verificationStatus"),
            },
            needs_one_of=_OF_A_STAY,
            writable=True,
        ),
        Kind(
            "MedicationRequest",
            _resources_of_a_stay("MedicationRequest", facts_of_a_stay.medication_requests),
            _read_of_a_stay("MedicationRequest", facts_of_a_stay.medication_requests),
            sieves={
                "_id": coded("id"),
                "code": coded("medicationCodeableConcept"),
                "status": _STATUS,
                "intent": coded("intent"),
            },
            needs_one_of=_OF_A_STAY,
            writable=True,
        ),
        Kind(
            "Observation",
            _resources_of_a_stay("Observation", None),
            _read_kept("Observation"),
            sieves={"_id": coded("id"), "code": _CODE, "status": _STATUS, "category": coded("category")},
            needs_one_of=_OF_A_STAY,
            writable=True,
            says="As received.",
        ),
        Kind(
            "Procedure",
            _resources_of_a_stay("Procedure", None),
            _read_kept("Procedure"),
            sieves={"_id": coded("id"), "code": _CODE, "status": _STATUS},
            needs_one_of=_OF_A_STAY,
            writable=True,
            says="As received.",
        ),
        Kind(
            "RiskAssessment",
            [SCORES],
            _read_rows(SCORES),
            includes={
                "RiskAssessment:patient": _SUBJECT,
                "RiskAssessment:subject": _SUBJECT,
                "RiskAssessment:encounter": _STAY,
                "RiskAssessment:performer": _PERFORMER,
            },
            sieves={"method": coded("method")},
            says=f"{risk.PERCENT_SAID} A score that was withdrawn is entered-in-error; one made again is amended.",
        ),
        Kind("Device", [VERSIONS], _read_rows(VERSIONS), says="One for each version of the model."),
        Kind("Task", [ACTIONS], _read_rows(ACTIONS), says="Follow-ups: one for each entry of the history."),
        Kind(
            "AuditEvent",
            [EVENTS],
            _read_event,
            sieves={"_id": coded("id")},
            needs_one_of=("entity", "patient", "_id"),
            says="What was done with stays that the token reaches.",
        ),
        Kind(
            "Provenance",
            [SCORE_ORIGINS, STAY_ORIGINS],
            _read_origin,
            sieves={"_id": coded("id")},
            needs_one_of=("target", "_id"),
            says="Where scores and stays come from.",
        ),
    )
}
