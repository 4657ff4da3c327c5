"""One stay from all resources about it: its attributes, and remarks about what could not be used. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clinical.intake.facts import StayReport
from predictions.fhir.caller import Resource
from predictions.fhir.names import ICD9_CM, ICD10_CM, LOINC, RXNORM
from predictions.fhir.outcomes import Issue
from predictions.fhir.taking import codes, facts

YEAR = timedelta(days=365)
DIAGNOSES = ("diagnosis_1", "diagnosis_2", "diagnosis_3")
_PER_CENT, _MG_DL = frozenset({"%"}), frozenset({"mg/dL", "mg/dl"})
_A1C_LIMITS, _GLUCOSE_LIMITS = (7, 8), (200, 300)
_LABORATORY = "laboratory"
_NOT_GIVEN = frozenset({"cancelled", "stopped", "draft"})
_NOT_DONE = frozenset({"not-done", "preparation", "cancelled"})


@dataclass(frozen=True)
class StayResources:
    """Everything about one stay; resources that were taken back are left out by whoever collects them."""

    encounter: Resource
    patient: Resource
    conditions: Sequence[Resource] = ()
    medications: Sequence[Resource] = ()
    observations: Sequence[Resource] = ()
    procedures: Sequence[Resource] = ()
    earlier: Sequence[Resource] = ()  # the patient's other encounters


@dataclass(frozen=True)
class Gathered:
    """What the resources say, and what of them says nothing that can be used."""

    report: StayReport
    remarks: list[Issue] = field(default_factory=list)


def gather(stay: StayResources, *, unit: str) -> Gathered:
    """`unit` counts where the encounter tells of no ward."""
    remarks: list[Issue] = []
    told: dict[str, Any] = {
        **_of_encounter(stay.encounter, remarks),
        **_of_conditions(stay, remarks),
        **_of_medications(stay.medications),
        **_of_observations(stay.observations, remarks),
        **_counted("procedures_count", [one for one in stay.procedures if one.get("status") not in _NOT_DONE]),
        **_of_earlier(stay.earlier, facts.admitted_at(stay.encounter)),
        **_of_race(stay.patient),
        **{name: value for name, value in facts.facts_by_name(stay.encounter).items() if name != "age_band"},
    }
    report = StayReport(
        patient=facts.patient_facts(stay.patient),
        visit_number=facts.number_of(stay.encounter, facts.VISIT_NUMBER_TYPE),
        unit=facts.unit_of(stay.encounter) or unit,
        admitted_at=facts.admitted_at(stay.encounter),
        discharged_at=facts.discharged_at(stay.encounter),
        attributes=told,
    )
    return Gathered(report, remarks)


def is_stay(encounter: Resource) -> bool:
    return facts.class_of(encounter) in facts.IN_PATIENT


def _of_encounter(encounter: Resource, remarks: list[Issue]) -> dict[str, Any]:
    hospital = encounter.get("hospitalization", {})
    tables = (
        ("admission_type", encounter.get("priority"), codes.PRIORITY, "Encounter.priority"),
        ("admission_source", hospital.get("admitSource"), codes.ADMIT_SOURCE, "Encounter.hospitalization.admitSource"),
        ("discharge_disposition", hospital.get("dischargeDisposition"), codes.DISPOSITION,
         "Encounter.hospitalization.dischargeDisposition"),
    )  # fmt: skip
    told: dict[str, Any] = {}
    for name, concept, table, place in tables:
        found = [table[code] for code in facts.codes_of(concept) if code in table]
        if found:
            told[name] = int(found[0])
        elif concept:
            remarks.append(_remark("The code is on none of our tables, so the fact is not recorded.", place))
    return told


def _of_conditions(stay: StayResources, remarks: list[Issue]) -> dict[str, Any]:
    """In the order of the encounter's ranks; what has none comes after, in the order of arrival."""
    if not stay.conditions:
        return {}
    ranks = {
        str(part.get("condition", {}).get("reference", "")).rpartition("/")[2]: int(part["rank"])
        for part in stay.encounter.get("diagnosis", [])
        if part.get("rank")
    }
    ordered = sorted(stay.conditions, key=lambda one: ranks.get(str(one.get("id")), len(stay.conditions) + 1))
    told: dict[str, Any] = {"diagnoses_count": len(ordered)}
    for name, condition in zip(DIAGNOSES, ordered, strict=False):
        code = _icd9(condition)
        if code is None:
            remarks.append(_remark("No code of ICD-9-CM, or of the ICD-10-CM table: counted, and not read.", "Condition.code"))
        told[name] = code or ""
    return told


def _icd9(condition: Resource) -> str | None:
    codings = facts.codings_of(condition.get("code"))
    for system, code in codings:
        if system == ICD9_CM:
            return code
    return next((found for system, code in codings if system == ICD10_CM and (found := codes.icd9_of_icd10(code))), None)


def _of_medications(medications: Sequence[Resource]) -> dict[str, Any]:
    """Distinct medications; of the data set's drugs also what happened to the dose, steady where that was not told."""
    given = [one for one in medications if one.get("status") not in _NOT_GIVEN]
    if not given:
        return {}
    drugs: dict[str, str] = {}
    for request in given:
        drug = _drug(request.get("medicationCodeableConcept"))
        change = facts.facts_by_name(request).get("dose_change")
        if drug and (drug not in drugs or change):
            drugs[drug] = str(change or "steady")
    return {"medications_count": len({_name(one) for one in given}), "drugs": drugs}


def _drug(concept: dict[str, Any] | None) -> str | None:
    for system, code in facts.codings_of(concept):
        if system == RXNORM and code in codes.RXNORM_DRUGS:
            return codes.RXNORM_DRUGS[code]
    return next((drug for text in facts.texts_of(concept) if (drug := codes.drug_named(text))), None)


def _name(request: Resource) -> str:
    concept = request.get("medicationCodeableConcept")
    named = [*facts.codes_of(concept), *facts.texts_of(concept)]
    return named[0] if named else str(request.get("medicationReference", {}).get("reference", id(request)))


def _of_observations(observations: Sequence[Resource], remarks: list[Issue]) -> dict[str, Any]:
    laboratory = [one for one in observations if _LABORATORY in _categories(one)]
    told = _counted("lab_procedures_count", laboratory)
    a1c = _values(observations, codes.HBA1C, _PER_CENT, remarks)
    glucose = _values(observations, codes.GLUCOSE, _MG_DL, remarks)
    if a1c:
        told["a1c_result"] = _group(a1c[-1], _A1C_LIMITS, ("normal", "over_7", "over_8"))
    if glucose:
        told["max_glucose_serum"] = _group(max(glucose), _GLUCOSE_LIMITS, ("normal", "over_200", "over_300"))
    return told


def _values(observations: Iterable[Resource], code: str, units: frozenset[str], remarks: list[Issue]) -> list[float]:
    """Measured in the unit that the code means, the earliest first; others are not converted but left out, and said."""
    found: list[tuple[str, float]] = []
    for one in observations:
        if (LOINC, code) not in facts.codings_of(one.get("code")):
            continue
        quantity = one.get("valueQuantity", {})
        if quantity.get("value") is None or not {quantity.get("code"), quantity.get("unit")} & units:
            message = f"LOINC {code} is told in {' or '.join(sorted(units))}; this value was not used."
            remarks.append(_remark(message, "Observation.value"))
        else:
            found.append((str(one.get("effectiveDateTime", "")), float(quantity["value"])))
    return [value for _at, value in sorted(found)]


def _group(value: float, limits: tuple[int, int], names: tuple[str, str, str]) -> str:
    """A value on a limit belongs to the group that begins there, as the data set's groups are named."""
    low, high = limits
    return names[0] if value < low else names[1] if value <= high else names[2]


def _of_earlier(earlier: Sequence[Resource], admitted: datetime | None) -> dict[str, Any]:
    """The past year's visits, where any was told of at all: then those of no kind were none."""
    if admitted is None or not earlier:
        return {}
    recent = [facts.class_of(one) for one in earlier if _is_within_a_year(one, admitted)]
    return {
        "outpatient_visits_prior_year": sum(code in facts.OUT_PATIENT for code in recent),
        "emergency_visits_prior_year": sum(code == facts.EMERGENCY for code in recent),
        "inpatient_stays_prior_year": sum(code in facts.IN_PATIENT for code in recent),
    }


def _is_within_a_year(encounter: Resource, admitted: datetime) -> bool:
    began = facts.admitted_at(encounter)
    return began is not None and admitted - YEAR <= began < admitted


def _of_race(patient: Resource) -> dict[str, Any]:
    told = facts.race(patient)
    return {} if told is None else {"race": told}


def _counted(name: str, resources: Sequence[Resource]) -> dict[str, Any]:
    """None at all says nothing: a count that nobody told is not nought."""
    return {name: len(resources)} if resources else {}


def _categories(observation: Resource) -> set[str]:
    return {code for category in observation.get("category", []) for code in facts.codes_of(category)}


def _remark(message: str, place: str) -> Issue:
    return Issue(message, place, "informational", "information")
