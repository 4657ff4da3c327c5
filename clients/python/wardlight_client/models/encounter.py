from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.a1c_result import A1CResult
from ..models.a1c_result import check_a1c_result
from ..models.admission_source import AdmissionSource
from ..models.admission_source import check_admission_source
from ..models.admission_type import AdmissionType
from ..models.admission_type import check_admission_type
from ..models.discharge_disposition import check_discharge_disposition
from ..models.discharge_disposition import DischargeDisposition
from ..models.max_glucose_serum import check_max_glucose_serum
from ..models.max_glucose_serum import MaxGlucoseSerum
from ..models.race import check_race
from ..models.race import Race
from ..models.weight_band import check_weight_band
from ..models.weight_band import WeightBand
from typing import cast
from uuid import UUID
import datetime

if TYPE_CHECKING:
  from ..models.encounter_drugs import EncounterDrugs
  from ..models.patient import Patient





T = TypeVar("T", bound="Encounter")



@_attrs_define
class Encounter:
    """ A stay as it is kept.

        Attributes:
            a1c_result (A1CResult | None):
            admission_source (AdmissionSource):
            admission_type (AdmissionType):
            admitted_at (datetime.datetime):
            age_band (str):
            any_drug_changed (bool | None): Left out: derived from the drugs.
            diagnoses_count (int | None):
            diagnosis_1 (None | str):
            diagnosis_2 (None | str):
            diagnosis_3 (None | str):
            discharge_disposition (DischargeDisposition):
            discharged_at (datetime.datetime | None):
            drugs (EncounterDrugs): Each diabetes drug that was prescribed, and what happened to its dose.
            emergency_visits_prior_year (int | None):
            entered_in_error (bool): The stay never was. It is kept for the record, and not scored.
            id (UUID):
            inpatient_stays_prior_year (int | None):
            lab_procedures_count (int | None):
            length_of_stay_days (int | None): Left out: counted from the times.
            max_glucose_serum (MaxGlucoseSerum | None):
            medical_specialty (None | str):
            medications_count (int | None):
            on_diabetes_medication (bool | None): Left out: derived from the drugs.
            on_the_ward (bool):
            outpatient_visits_prior_year (int | None):
            patient (Patient): Who, as it is kept.
            payer_code (None | str):
            procedures_count (int | None):
            race (None | Race):
            told_at (datetime.datetime | None):
            unit (str): The ward's code.
            version (int): One more with each change; it stands in the ETag, too.
            visit_number (str):
            weight_band (None | WeightBand):
     """

    a1c_result: A1CResult | None
    admission_source: AdmissionSource
    admission_type: AdmissionType
    admitted_at: datetime.datetime
    age_band: str
    any_drug_changed: bool | None
    diagnoses_count: int | None
    diagnosis_1: None | str
    diagnosis_2: None | str
    diagnosis_3: None | str
    discharge_disposition: DischargeDisposition
    discharged_at: datetime.datetime | None
    drugs: EncounterDrugs
    emergency_visits_prior_year: int | None
    entered_in_error: bool
    id: UUID
    inpatient_stays_prior_year: int | None
    lab_procedures_count: int | None
    length_of_stay_days: int | None
    max_glucose_serum: MaxGlucoseSerum | None
    medical_specialty: None | str
    medications_count: int | None
    on_diabetes_medication: bool | None
    on_the_ward: bool
    outpatient_visits_prior_year: int | None
    patient: Patient
    payer_code: None | str
    procedures_count: int | None
    race: None | Race
    told_at: datetime.datetime | None
    unit: str
    version: int
    visit_number: str
    weight_band: None | WeightBand





    def to_dict(self) -> dict[str, Any]:
        from ..models.encounter_drugs import EncounterDrugs # noqa: PLC0415
        from ..models.patient import Patient # noqa: PLC0415
        a1c_result: None | str
        if isinstance(self.a1c_result, str):
            a1c_result = self.a1c_result
        else:
            a1c_result = self.a1c_result

        admission_source: int = self.admission_source

        admission_type: int = self.admission_type

        admitted_at = self.admitted_at.isoformat()

        age_band = self.age_band

        any_drug_changed: bool | None
        any_drug_changed = self.any_drug_changed

        diagnoses_count: int | None
        diagnoses_count = self.diagnoses_count

        diagnosis_1: None | str
        diagnosis_1 = self.diagnosis_1

        diagnosis_2: None | str
        diagnosis_2 = self.diagnosis_2

        diagnosis_3: None | str
        diagnosis_3 = self.diagnosis_3

        discharge_disposition: int = self.discharge_disposition

        discharged_at: None | str
        if isinstance(self.discharged_at, datetime.datetime):
            discharged_at = self.discharged_at.isoformat()
        else:
            discharged_at = self.discharged_at

        drugs = self.drugs.to_dict()

        emergency_visits_prior_year: int | None
        emergency_visits_prior_year = self.emergency_visits_prior_year

        entered_in_error = self.entered_in_error

        id = str(self.id)

        inpatient_stays_prior_year: int | None
        inpatient_stays_prior_year = self.inpatient_stays_prior_year

        lab_procedures_count: int | None
        lab_procedures_count = self.lab_procedures_count

        length_of_stay_days: int | None
        length_of_stay_days = self.length_of_stay_days

        max_glucose_serum: None | str
        if isinstance(self.max_glucose_serum, str):
            max_glucose_serum = self.max_glucose_serum
        else:
            max_glucose_serum = self.max_glucose_serum

        medical_specialty: None | str
        medical_specialty = self.medical_specialty

        medications_count: int | None
        medications_count = self.medications_count

        on_diabetes_medication: bool | None
        on_diabetes_medication = self.on_diabetes_medication

        on_the_ward = self.on_the_ward

        outpatient_visits_prior_year: int | None
        outpatient_visits_prior_year = self.outpatient_visits_prior_year

        patient = self.patient.to_dict()

        payer_code: None | str
        payer_code = self.payer_code

        procedures_count: int | None
        procedures_count = self.procedures_count

        race: None | str
        if isinstance(self.race, str):
            race = self.race
        else:
            race = self.race

        told_at: None | str
        if isinstance(self.told_at, datetime.datetime):
            told_at = self.told_at.isoformat()
        else:
            told_at = self.told_at

        unit = self.unit

        version = self.version

        visit_number = self.visit_number

        weight_band: None | str
        if isinstance(self.weight_band, str):
            weight_band = self.weight_band
        else:
            weight_band = self.weight_band


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "a1c_result": a1c_result,
            "admission_source": admission_source,
            "admission_type": admission_type,
            "admitted_at": admitted_at,
            "age_band": age_band,
            "any_drug_changed": any_drug_changed,
            "diagnoses_count": diagnoses_count,
            "diagnosis_1": diagnosis_1,
            "diagnosis_2": diagnosis_2,
            "diagnosis_3": diagnosis_3,
            "discharge_disposition": discharge_disposition,
            "discharged_at": discharged_at,
            "drugs": drugs,
            "emergency_visits_prior_year": emergency_visits_prior_year,
            "entered_in_error": entered_in_error,
            "id": id,
            "inpatient_stays_prior_year": inpatient_stays_prior_year,
            "lab_procedures_count": lab_procedures_count,
            "length_of_stay_days": length_of_stay_days,
            "max_glucose_serum": max_glucose_serum,
            "medical_specialty": medical_specialty,
            "medications_count": medications_count,
            "on_diabetes_medication": on_diabetes_medication,
            "on_the_ward": on_the_ward,
            "outpatient_visits_prior_year": outpatient_visits_prior_year,
            "patient": patient,
            "payer_code": payer_code,
            "procedures_count": procedures_count,
            "race": race,
            "told_at": told_at,
            "unit": unit,
            "version": version,
            "visit_number": visit_number,
            "weight_band": weight_band,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.encounter_drugs import EncounterDrugs # noqa: PLC0415
        from ..models.patient import Patient # noqa: PLC0415
        d = dict(src_dict)
        def _parse_a1c_result(data: object) -> A1CResult | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                a1c_result_type_0 = check_a1c_result(data)



                return a1c_result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(A1CResult | None, data)

        a1c_result = _parse_a1c_result(d.pop("a1c_result"))


        admission_source = check_admission_source(d.pop("admission_source"))




        admission_type = check_admission_type(d.pop("admission_type"))




        admitted_at = datetime.datetime.fromisoformat(d.pop("admitted_at"))




        age_band = d.pop("age_band")

        def _parse_any_drug_changed(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        any_drug_changed = _parse_any_drug_changed(d.pop("any_drug_changed"))


        def _parse_diagnoses_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        diagnoses_count = _parse_diagnoses_count(d.pop("diagnoses_count"))


        def _parse_diagnosis_1(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        diagnosis_1 = _parse_diagnosis_1(d.pop("diagnosis_1"))


        def _parse_diagnosis_2(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        diagnosis_2 = _parse_diagnosis_2(d.pop("diagnosis_2"))


        def _parse_diagnosis_3(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        diagnosis_3 = _parse_diagnosis_3(d.pop("diagnosis_3"))


        discharge_disposition = check_discharge_disposition(d.pop("discharge_disposition"))




        def _parse_discharged_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                discharged_at_type_0 = datetime.datetime.fromisoformat(data)



                return discharged_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        discharged_at = _parse_discharged_at(d.pop("discharged_at"))


        drugs = EncounterDrugs.from_dict(d.pop("drugs"))




        def _parse_emergency_visits_prior_year(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        emergency_visits_prior_year = _parse_emergency_visits_prior_year(d.pop("emergency_visits_prior_year"))


        entered_in_error = d.pop("entered_in_error")

        id = UUID(d.pop("id"))




        def _parse_inpatient_stays_prior_year(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        inpatient_stays_prior_year = _parse_inpatient_stays_prior_year(d.pop("inpatient_stays_prior_year"))


        def _parse_lab_procedures_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        lab_procedures_count = _parse_lab_procedures_count(d.pop("lab_procedures_count"))


        def _parse_length_of_stay_days(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        length_of_stay_days = _parse_length_of_stay_days(d.pop("length_of_stay_days"))


        def _parse_max_glucose_serum(data: object) -> MaxGlucoseSerum | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                max_glucose_serum_type_0 = check_max_glucose_serum(data)



                return max_glucose_serum_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MaxGlucoseSerum | None, data)

        max_glucose_serum = _parse_max_glucose_serum(d.pop("max_glucose_serum"))


        def _parse_medical_specialty(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        medical_specialty = _parse_medical_specialty(d.pop("medical_specialty"))


        def _parse_medications_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        medications_count = _parse_medications_count(d.pop("medications_count"))


        def _parse_on_diabetes_medication(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        on_diabetes_medication = _parse_on_diabetes_medication(d.pop("on_diabetes_medication"))


        on_the_ward = d.pop("on_the_ward")

        def _parse_outpatient_visits_prior_year(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        outpatient_visits_prior_year = _parse_outpatient_visits_prior_year(d.pop("outpatient_visits_prior_year"))


        patient = Patient.from_dict(d.pop("patient"))




        def _parse_payer_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        payer_code = _parse_payer_code(d.pop("payer_code"))


        def _parse_procedures_count(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        procedures_count = _parse_procedures_count(d.pop("procedures_count"))


        def _parse_race(data: object) -> None | Race:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                race_type_0 = check_race(data)



                return race_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Race, data)

        race = _parse_race(d.pop("race"))


        def _parse_told_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                told_at_type_0 = datetime.datetime.fromisoformat(data)



                return told_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        told_at = _parse_told_at(d.pop("told_at"))


        unit = d.pop("unit")

        version = d.pop("version")

        visit_number = d.pop("visit_number")

        def _parse_weight_band(data: object) -> None | WeightBand:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                weight_band_type_0 = check_weight_band(data)



                return weight_band_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | WeightBand, data)

        weight_band = _parse_weight_band(d.pop("weight_band"))


        encounter = cls(
            a1c_result=a1c_result,
            admission_source=admission_source,
            admission_type=admission_type,
            admitted_at=admitted_at,
            age_band=age_band,
            any_drug_changed=any_drug_changed,
            diagnoses_count=diagnoses_count,
            diagnosis_1=diagnosis_1,
            diagnosis_2=diagnosis_2,
            diagnosis_3=diagnosis_3,
            discharge_disposition=discharge_disposition,
            discharged_at=discharged_at,
            drugs=drugs,
            emergency_visits_prior_year=emergency_visits_prior_year,
            entered_in_error=entered_in_error,
            id=id,
            inpatient_stays_prior_year=inpatient_stays_prior_year,
            lab_procedures_count=lab_procedures_count,
            length_of_stay_days=length_of_stay_days,
            max_glucose_serum=max_glucose_serum,
            medical_specialty=medical_specialty,
            medications_count=medications_count,
            on_diabetes_medication=on_diabetes_medication,
            on_the_ward=on_the_ward,
            outpatient_visits_prior_year=outpatient_visits_prior_year,
            patient=patient,
            payer_code=payer_code,
            procedures_count=procedures_count,
            race=race,
            told_at=told_at,
            unit=unit,
            version=version,
            visit_number=visit_number,
            weight_band=weight_band,
        )

        return encounter

