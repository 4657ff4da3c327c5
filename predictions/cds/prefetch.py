"""A stay that nobody reported before, from what the EHR sent along: kept like any report, or refused with what is missing.

What resources say is read by the room of FHIR. A search that the client answered with an empty Bundle says that there are
none; one that goes on with another page says nothing that can be counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from clinical.errors import ClinicalError, FactsRefusedError, Fault
from clinical.intake.facts import StayReport
from clinical.models import CareUnit, Encounter, User
from predictions.cds.errors import CallRefusedError, DataNotObtainedError
from predictions.cds.requests import HookCall, resources_of
from predictions.fhir.outcomes import ResourcesRefusedError
from predictions.fhir.r4 import checked
from predictions.fhir.taking import facts
from predictions.fhir.taking.gathering import StayResources, gather, is_stay
from predictions.intake import take_in

NEEDED = ("patient", "encounter")
Resource = dict[str, Any]
# what an empty answer to a search says
NONE_AT_ALL: Mapping[str, Mapping[str, Any]] = {
    "conditions": {"diagnoses_count": 0},
    "medications": {"medications_count": 0, "drugs": {}},
    "laboratory": {"lab_procedures_count": 0},
    "procedures": {"procedures_count": 0},
    "encounters": {"outpatient_visits_prior_year": 0, "emergency_visits_prior_year": 0, "inpatient_stays_prior_year": 0},
}


def stay_from_prefetch(call: HookCall, *, client: User, units: Collection[CareUnit]) -> Encounter | None:
    """The stay, recorded and scored; None where the encounter is no inpatient stay."""
    lacking = [key for key in NEEDED if key not in call.prefetch]
    if lacking:
        raise DataNotObtainedError(_lacks(lacking, call.failed))
    stay = _resources(call)
    if not is_stay(stay.encounter):
        return None
    report = _report(call, stay, units)
    try:
        return take_in(report=report, units=units, by=client, told_at=facts.told_at(stay.encounter)).encounter
    except FactsRefusedError as refused:
        raise DataNotObtainedError(_unusable([f"{fault.field} {fault.message}" for fault in refused.faults])) from refused
    except ClinicalError as refused:
        raise DataNotObtainedError(str(refused)) from refused


def _resources(call: HookCall) -> StayResources:
    try:
        return StayResources(
            encounter=checked(call.prefetch["encounter"], place="prefetch.encounter"),
            patient=checked(call.prefetch["patient"], place="prefetch.patient"),
            conditions=_found(call, "conditions"),
            medications=_found(call, "medications"),
            observations=_found(call, "laboratory"),
            procedures=_found(call, "procedures"),
            earlier=_found(call, "encounters"),
        )
    except ResourcesRefusedError as refused:
        raise CallRefusedError([Fault(issue.expression, issue.message) for issue in refused.issues]) from refused


def _found(call: HookCall, key: str) -> list[Resource]:
    """The whole answer to a search, without what was entered in error; nothing where it is one page of several."""
    bundle = call.prefetch.get(key, {})
    if not _is_whole(bundle):
        return []
    told = [one for one in resources_of(bundle) if one.get("resourceType") != "OperationOutcome"]
    read = [checked(one, place=f"prefetch.{key}.entry[{place}].resource") for place, one in enumerate(told)]
    stay = call.prefetch["encounter"].get("id")  # it is no earlier one
    return [one for one in read if not facts.is_in_error(one) and (one["resourceType"], one.get("id")) != ("Encounter", stay)]


def _is_whole(bundle: Mapping[str, Any]) -> bool:
    links = bundle.get("link")
    return (
        not any(isinstance(one, dict) and one.get("relation") == "next" for one in links) if isinstance(links, list) else True
    )


def _report(call: HookCall, stay: StayResources, units: Collection[CareUnit]) -> StayReport:
    (only, *others) = sorted(unit.code for unit in units)
    gathered = gather(stay, unit="" if others else only).report
    empty = [key for key in NONE_AT_ALL if key in call.prefetch and _is_whole(call.prefetch[key]) and not _found(call, key)]
    none = {name: value for key in empty for name, value in NONE_AT_ALL[key].items()}
    number = gathered.patient.medical_record_number or call.patient_id
    return replace(
        gathered,
        patient=replace(gathered.patient, medical_record_number=number),
        visit_number=gathered.visit_number or call.encounter_id,
        attributes={**none, **gathered.attributes},
    )


def _lacks(lacking: list[str], failed: tuple[str, ...]) -> str:
    tried = f" The client reports that it could not fetch: {', '.join(failed)}." if failed else ""
    return (
        f"The stay is not on record, and the prefetch lacks {' and '.join(lacking)}.{tried} "
        "This service calls no FHIR server: report the stay beforehand or send the prefetch."
    )


def _unusable(faults: list[str]) -> str:
    return f"The stay is not on record, and the prefetch does not tell enough of it: {'; '.join(faults)}."
