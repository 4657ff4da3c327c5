"""Encounters as they are sent: the same facts for a new stay, a correction, a batch and a job."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from clinical.code_lists import (
    DRUGS,
    WEIGHT_BANDS,
    A1cResult,
    AdmissionSource,
    AdmissionType,
    DischargeDisposition,
    DrugChange,
    GlucoseResult,
    Race,
    Sex,
)
from predictions.api.shapes.base import Asked, Day, Moment, Told, one_of

Name = Annotated[str, Field(min_length=1, max_length=80)]
RecordNumber = Annotated[str, Field(min_length=1, max_length=32, description="The hospital's own number of the patient.")]
VisitNumber = Annotated[str, Field(min_length=1, max_length=64, description="The hospital's own number of the stay.")]
UnitCode = Annotated[str, Field(min_length=1, max_length=16, description="The ward's code.")]
SexCode = Annotated[str, one_of("Sex", map(str, Sex.values))]
Diagnosis = Annotated[
    str,
    Field(pattern=r"^([0-9]{3}(\.[0-9]{1,2})?|V[0-9]{2}(\.[0-9]{1,2})?|E[0-9]{3}(\.[0-9])?)$", description="ICD-9-CM."),
]
DrugName = Annotated[str, one_of("Drug", DRUGS)]
TypeCode = Annotated[int, one_of("AdmissionType", AdmissionType.values)]
SourceCode = Annotated[int, one_of("AdmissionSource", AdmissionSource.values)]
DispositionCode = Annotated[int, one_of("DischargeDisposition", DischargeDisposition.values)]
DoseChange = Annotated[str, one_of("DoseChange", map(str, DrugChange.values))]


def _told(values: list[Any]) -> list[str]:
    """Codes of a column whose empty text means what null means here."""
    return [str(value) for value in values if value]


def _count(most: int) -> Any:
    return Field(ge=0, le=most)


class Attributes(Asked):
    """What is known of a stay beside who, where and when. Null: not known, or not measured."""

    race: Annotated[str, one_of("Race", _told(Race.values))] | None = None
    weight_band: Annotated[str, one_of("WeightBand", WEIGHT_BANDS)] | None = None
    payer_code: Annotated[str, Field(min_length=1, max_length=8)] | None = None
    medical_specialty: Annotated[str, Field(min_length=1, max_length=48)] | None = None
    admission_type: TypeCode = AdmissionType.NOT_RECORDED.value
    admission_source: SourceCode = AdmissionSource.NOT_RECORDED.value
    discharge_disposition: DispositionCode = DischargeDisposition.NOT_RECORDED.value
    length_of_stay_days: Annotated[int, _count(365)] | None = Field(None, description="Left out: counted from the times.")
    lab_procedures_count: Annotated[int, _count(1000)] | None = None
    procedures_count: Annotated[int, _count(100)] | None = None
    medications_count: Annotated[int, _count(300)] | None = None
    outpatient_visits_prior_year: Annotated[int, _count(1000)] | None = None
    emergency_visits_prior_year: Annotated[int, _count(1000)] | None = None
    inpatient_stays_prior_year: Annotated[int, _count(1000)] | None = None
    diagnoses_count: Annotated[int, _count(30)] | None = None
    diagnosis_1: Diagnosis | None = None
    diagnosis_2: Diagnosis | None = None
    diagnosis_3: Diagnosis | None = None
    max_glucose_serum: Annotated[str, one_of("MaxGlucoseSerum", _told(GlucoseResult.values))] | None = None
    a1c_result: Annotated[str, one_of("A1cResult", _told(A1cResult.values))] | None = None
    drugs: dict[DrugName, DoseChange] = Field(
        default_factory=dict, description="Each diabetes drug that was prescribed, and what happened to its dose."
    )
    any_drug_changed: bool | None = Field(None, description="Left out: derived from the drugs.")
    on_diabetes_medication: bool | None = Field(None, description="Left out: derived from the drugs.")


TOLD_AT = Field(None, description="Your own time of these facts: what is older than what is kept changes nothing.")


class PatientFacts(Asked):
    """Who. The medical record number says which patient; the rest may be corrected."""

    medical_record_number: RecordNumber
    family_name: Name
    given_name: Name
    birth_date: Day
    sex: SexCode = Sex.UNKNOWN.value


class EncounterFacts(Attributes):
    """One stay. The visit number says which: the same facts sent again change nothing."""

    patient: PatientFacts
    visit_number: VisitNumber
    unit: UnitCode
    admitted_at: Moment
    discharged_at: Moment | None = Field(None, description="Null or left out while the patient is on the ward.")
    told_at: Moment | None = TOLD_AT


class PatientCorrection(Asked):
    """What of a patient is to be corrected; the record number stays."""

    family_name: Name | None = None
    given_name: Name | None = None
    birth_date: Day | None = None
    sex: SexCode | None = None


class EncounterCorrection(Attributes):
    """Only what is to change; what is left out stays as it was."""

    patient: PatientCorrection | None = None
    unit: UnitCode | None = None
    admitted_at: Moment | None = None
    discharged_at: Moment | None = None
    told_at: Moment | None = TOLD_AT


class Patient(Told):
    """Who, as it is kept."""

    id: UUID
    medical_record_number: str
    family_name: str
    given_name: str
    birth_date: Day
    sex: SexCode


class Encounter(Attributes):
    """A stay as it is kept."""

    model_config = Told.model_config

    id: UUID
    version: int = Field(description="One more with each change; it stands in the ETag, too.")
    patient: Patient
    visit_number: str
    unit: UnitCode
    admitted_at: Moment
    discharged_at: Moment | None
    on_the_ward: bool
    entered_in_error: bool = Field(description="The stay never was. It is kept for the record, and not scored.")
    age_band: str
    told_at: Moment | None
