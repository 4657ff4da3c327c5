"""Resources as they were sent: told again for as long as they say what is known, without their narrative."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from clinical.models import Encounter, Patient, ReceivedResource
from predictions.fhir.caller import Caller, Resource, uuid_or_none
from predictions.fhir.taking import facts
from predictions.fhir.telling.coded import instant, reference
from predictions.fhir.telling.encounters import status

SUBJECTS = ("subject", "patient")


def named(rows: QuerySet[ReceivedResource], caller: Caller, text: str) -> ReceivedResource | None:
    """By the caller's own id; or by ours."""
    own = rows.filter(client=caller.user, sent_id=text).first()
    number = uuid_or_none(text)
    return own or (rows.filter(public_id=number).first() if number else None)


def told(row: ReceivedResource, caller: Caller) -> Resource:
    """Whoever sent it finds it under its own id, and everybody else under ours, about our patient and our stay."""
    resource = {**row.body, "meta": {**row.body.get("meta", {}), "versionId": str(row.version)}}
    resource["meta"]["lastUpdated"] = instant(row.received_at)
    if row.client_id == caller.user.pk:
        return resource | {"id": row.sent_id}
    for name in SUBJECTS:
        if name in resource and row.patient is not None:
            resource[name] = reference("Patient", row.patient.public_id)
    if "encounter" in resource and row.encounter is not None:
        resource["encounter"] = reference("Encounter", row.encounter.public_id)
    return resource | {"id": str(row.public_id)}


def of_patients(caller: Caller, rows: Sequence[Patient]) -> dict[int, ReceivedResource]:
    sent = ReceivedResource.objects.filter(client=caller.user, resource_type="Patient", patient__in=rows)
    return {row.patient_id: row for row in sent.order_by("received_at") if row.patient_id is not None}


def of_stays(caller: Caller, rows: Sequence[Encounter]) -> dict[int, ReceivedResource]:
    sent = ReceivedResource.objects.filter(client=caller.user, resource_type="Encounter", encounter__in=rows)
    return {row.encounter_id: row for row in sent.order_by("received_at") if row.encounter_id is not None}


def patient_as_sent(row: Patient, sent: ReceivedResource | None) -> Resource | None:
    """None where something newer is known."""
    if sent is None:
        return None
    person = facts.patient_facts(sent.body)
    known = (row.medical_record_number, row.family_name, row.given_name, row.birth_date, row.sex)
    said = (person.medical_record_number, person.family_name, person.given_name, person.birth_date, person.sex)
    return _own(sent) if known == said and row.merged_into_id is None else None


def encounter_as_sent(row: Encounter, sent: ReceivedResource | None) -> Resource | None:
    if sent is None:
        return None
    body = sent.body
    said = (facts.admitted_at(body), facts.discharged_at(body), body.get("status") == "entered-in-error")
    known = (row.admitted_at, row.discharged_at, status(row) == "entered-in-error")
    return _own(sent, version=f"{row.version}.{sent.version}") if known == said else None


def _own(sent: ReceivedResource, version: str = "") -> Resource:
    meta = {**sent.body.get("meta", {}), "versionId": version or str(sent.version), "lastUpdated": instant(sent.received_at)}
    return {**sent.body, "id": sent.sent_id, "meta": meta}


def in_force(client_id: int, stay: Encounter) -> QuerySet[ReceivedResource]:
    """What a client told of a stay and did not take back."""
    return ReceivedResource.objects.filter(Q(client_id=client_id), encounter=stay, is_in_error=False).order_by("pk")
