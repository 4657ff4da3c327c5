"""Which stay a call is about: our own record of it, named by the hospital's visit number or by our id, and the right patient's.

An EHR's ids for FHIR resources need not be the numbers of the hospital, so the numbers in a prefetched Patient or Encounter
count as well. A stay whose patient cannot be told to be the one of the call is not used: a card on the wrong chart does harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from clinical.models import Encounter, Patient
from clinical.models.encounter import READMISSION_WINDOW
from clinical.models.patient import Provenance
from predictions.cds.errors import DataNotObtainedError
from predictions.cds.requests import HookCall

NOT_THIS_PATIENTS = (
    "The stay is on record, but not as this patient's. Send the prefetch 'patient' with the medical record number, "
    "or use that number as the patient's id."
)
AMBIGUOUS = "The numbers of the stay belong to more than one stay on record."
MEDICAL_RECORD_NUMBER, VISIT_NUMBER = "MR", "VN"
_READ = ("patient", "unit", "worklist_entry__prediction__model_version", "worklist_entry__prediction__feature_schema")


def known_stay(call: HookCall) -> Encounter | None:
    """The stay on record, inside the scope of the client's units; None where there is none."""
    return _named(call) if call.encounter_id else _current(call)


def is_known_patient(call: HookCall) -> bool:
    return Patient.objects.filter(_of_patient(call)).exists()


def read_again(stay: Encounter) -> Encounter:
    return Encounter.objects.select_related(*_READ).get(pk=stay.pk)


def _named(call: HookCall) -> Encounter | None:
    numbers = {call.encounter_id, *_identifiers(call.prefetch.get("encounter"), VISIT_NUMBER)}
    by_number = Q(provenance=Provenance.EHR, source_id__in=numbers)
    found = list(Encounter.objects.select_related(*_READ).filter(by_number | _by_public_id(call.encounter_id))[:2])
    if not found:
        return None
    if len(found) > 1:
        raise DataNotObtainedError(AMBIGUOUS)
    if not Patient.objects.filter(_of_patient(call), Q(pk=found[0].patient_id) | Q(merged_into=found[0].patient_id)).exists():
        raise DataNotObtainedError(NOT_THIS_PATIENTS)
    return found[0]


def _current(call: HookCall) -> Encounter | None:
    """The stay that goes on, or the newest that ended within the window that a score speaks of."""
    patient = _of_patient(call, "patient__") | _of_patient(call, "patient__merged__")
    recent = Q(discharged_at__isnull=True) | Q(discharged_at__gte=timezone.now() - READMISSION_WINDOW)
    stays = Encounter.objects.standing().select_related(*_READ).filter(patient, recent)
    return stays.order_by(F("discharged_at").desc(nulls_first=True), "-admitted_at", "-pk").first()


def _of_patient(call: HookCall, before: str = "") -> Q:
    numbers = {call.patient_id, *_identifiers(call.prefetch.get("patient"), MEDICAL_RECORD_NUMBER)}
    return Q(**{f"{before}medical_record_number__in": numbers}) | _by_public_id(call.patient_id, before)


def _by_public_id(text: str, before: str = "") -> Q:
    try:
        return Q(**{f"{before}public_id": UUID(text)})
    except ValueError:
        return Q(pk__in=())


def _identifiers(resource: Mapping[str, Any] | None, code: str) -> Iterator[str]:
    """The numbers of one kind (HL7 table 0203) that a resource bears."""
    listed = (resource or {}).get("identifier")
    for identifier in listed if isinstance(listed, list) else []:
        value = identifier.get("value") if isinstance(identifier, dict) else None
        if isinstance(value, str) and value and code in _codes(identifier.get("type")):
            yield value


def _codes(concept: object) -> set[str]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return {str(one.get("code")) for one in codings if isinstance(one, dict)} if isinstance(codings, list) else set()
