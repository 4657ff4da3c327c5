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
from ..types import UNSET, Unset
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.encounter_facts_drugs import EncounterFactsDrugs
  from ..models.patient_facts import PatientFacts





T = TypeVar("T", bound="EncounterFacts")



@_attrs_define
class EncounterFacts:
    """ One stay. The visit number says which: the same facts sent again change nothing.

        Attributes:
            admitted_at (datetime.datetime):
            patient (PatientFacts): Who. The medical record number says which patient; the rest may be corrected.
            unit (str): The ward's code.
            visit_number (str): The hospital's own number of the stay.
            a1c_result (A1CResult | None | Unset):
            admission_source (AdmissionSource | Unset):
            admission_type (AdmissionType | Unset):
            any_drug_changed (bool | None | Unset): Left out: derived from the drugs.
            diagnoses_count (int | None | Unset):
            diagnosis_1 (None | str | Unset):
            diagnosis_2 (None | str | Unset):
            diagnosis_3 (None | str | Unset):
            discharge_disposition (DischargeDisposition | Unset):
            discharged_at (datetime.datetime | None | Unset): Null or left out while the patient is on the ward.
            drugs (EncounterFactsDrugs | Unset): Each diabetes drug that was prescribed, and what happened to its dose.
            emergency_visits_prior_year (int | None | Unset):
            inpatient_stays_prior_year (int | None | Unset):
            lab_procedures_count (int | None | Unset):
            length_of_stay_days (int | None | Unset): Left out: counted from the times.
            max_glucose_serum (MaxGlucoseSerum | None | Unset):
            medical_specialty (None | str | Unset):
            medications_count (int | None | Unset):
            on_diabetes_medication (bool | None | Unset): Left out: derived from the drugs.
            outpatient_visits_prior_year (int | None | Unset):
            payer_code (None | str | Unset):
            procedures_count (int | None | Unset):
            race (None | Race | Unset):
            told_at (datetime.datetime | None | Unset): Your own time of these facts: what is older than what is kept
                changes nothing.
            weight_band (None | Unset | WeightBand):
     """

    admitted_at: datetime.datetime
    patient: PatientFacts
    unit: str
    visit_number: str
    a1c_result: A1CResult | None | Unset = UNSET
    admission_source: AdmissionSource | Unset = UNSET
    admission_type: AdmissionType | Unset = UNSET
    any_drug_changed: bool | None | Unset = UNSET
    diagnoses_count: int | None | Unset = UNSET
    diagnosis_1: None | str | Unset = UNSET
    diagnosis_2: None | str | Unset = UNSET
    diagnosis_3: None | str | Unset = UNSET
    discharge_disposition: DischargeDisposition | Unset = UNSET
    discharged_at: datetime.datetime | None | Unset = UNSET
    drugs: EncounterFactsDrugs | Unset = UNSET
    emergency_visits_prior_year: int | None | Unset = UNSET
    inpatient_stays_prior_year: int | None | Unset = UNSET
    lab_procedures_count: int | None | Unset = UNSET
    length_of_stay_days: int | None | Unset = UNSET
    max_glucose_serum: MaxGlucoseSerum | None | Unset = UNSET
    medical_specialty: None | str | Unset = UNSET
    medications_count: int | None | Unset = UNSET
    on_diabetes_medication: bool | None | Unset = UNSET
    outpatient_visits_prior_year: int | None | Unset = UNSET
    payer_code: None | str | Unset = UNSET
    procedures_count: int | None | Unset = UNSET
    race: None | Race | Unset = UNSET
    told_at: datetime.datetime | None | Unset = UNSET
    weight_band: None | Unset | WeightBand = UNSET





    def to_dict(self) -> dict[str, Any]:
        from ..models.encounter_facts_drugs import EncounterFactsDrugs # noqa: PLC0415
        from ..models.patient_facts import PatientFacts # noqa: PLC0415
        admitted_at = self.admitted_at.isoformat()

        patient = self.patient.to_dict()

        unit = self.unit

        visit_number = self.visit_number

        a1c_result: None | str | Unset
        if isinstance(self.a1c_result, Unset):
            a1c_result = UNSET
        elif isinstance(self.a1c_result, str):
            a1c_result = self.a1c_result
        else:
            a1c_result = self.a1c_result

        admission_source: int | Unset = UNSET
        if not isinstance(self.admission_source, Unset):
            admission_source = self.admission_source


        admission_type: int | Unset = UNSET
        if not isinstance(self.admission_type, Unset):
            admission_type = self.admission_type


        any_drug_changed: bool | None | Unset
        if isinstance(self.any_drug_changed, Unset):
            any_drug_changed = UNSET
        else:
            any_drug_changed = self.any_drug_changed

        diagnoses_count: int | None | Unset
        if isinstance(self.diagnoses_count, Unset):
            diagnoses_count = UNSET
        else:
            diagnoses_count = self.diagnoses_count

        diagnosis_1: None | str | Unset
        if isinstance(self.diagnosis_1, Unset):
            diagnosis_1 = UNSET
        else:
            diagnosis_1 = self.diagnosis_1

        diagnosis_2: None | str | Unset
        if isinstance(self.diagnosis_2, Unset):
            diagnosis_2 = UNSET
        else:
            diagnosis_2 = self.diagnosis_2

        diagnosis_3: None | str | Unset
        if isinstance(self.diagnosis_3, Unset):
            diagnosis_3 = UNSET
        else:
            diagnosis_3 = self.diagnosis_3

        discharge_disposition: int | Unset = UNSET
        if not isinstance(self.discharge_disposition, Unset):
            discharge_disposition = self.discharge_disposition


        discharged_at: None | str | Unset
        if isinstance(self.discharged_at, Unset):
            discharged_at = UNSET
        elif isinstance(self.discharged_at, datetime.datetime):
            discharged_at = self.discharged_at.isoformat()
        else:
            discharged_at = self.discharged_at

        drugs: dict[str, Any] | Unset = UNSET
        if not isinstance(self.drugs, Unset):
            drugs = self.drugs.to_dict()

        emergency_visits_prior_year: int | None | Unset
        if isinstance(self.emergency_visits_prior_year, Unset):
            emergency_visits_prior_year = UNSET
        else:
            emergency_visits_prior_year = self.emergency_visits_prior_year

        inpatient_stays_prior_year: int | None | Unset
        if isinstance(self.inpatient_stays_prior_year, Unset):
            inpatient_stays_prior_year = UNSET
        else:
            inpatient_stays_prior_year = self.inpatient_stays_prior_year

        lab_procedures_count: int | None | Unset
        if isinstance(self.lab_procedures_count, Unset):
            lab_procedures_count = UNSET
        else:
            lab_procedures_count = self.lab_procedures_count

        length_of_stay_days: int | None | Unset
        if isinstance(self.length_of_stay_days, Unset):
            length_of_stay_days = UNSET
        else:
            length_of_stay_days = self.length_of_stay_days

        max_glucose_serum: None | str | Unset
        if isinstance(self.max_glucose_serum, Unset):
            max_glucose_serum = UNSET
        elif isinstance(self.max_glucose_serum, str):
            max_glucose_serum = self.max_glucose_serum
        else:
            max_glucose_serum = self.max_glucose_serum

        medical_specialty: None | str | Unset
        if isinstance(self.medical_specialty, Unset):
            medical_specialty = UNSET
        else:
            medical_specialty = self.medical_specialty

        medications_count: int | None | Unset
        if isinstance(self.medications_count, Unset):
            medications_count = UNSET
        else:
            medications_count = self.medications_count

        on_diabetes_medication: bool | None | Unset
        if isinstance(self.on_diabetes_medication, Unset):
            on_diabetes_medication = UNSET
        else:
            on_diabetes_medication = self.on_diabetes_medication

        outpatient_visits_prior_year: int | None | Unset
        if isinstance(self.outpatient_visits_prior_year, Unset):
            outpatient_visits_prior_year = UNSET
        else:
            outpatient_visits_prior_year = self.outpatient_visits_prior_year

        payer_code: None | str | Unset
        if isinstance(self.payer_code, Unset):
            payer_code = UNSET
        else:
            payer_code = self.payer_code

        procedures_count: int | None | Unset
        if isinstance(self.procedures_count, Unset):
            procedures_count = UNSET
        else:
            procedures_count = self.procedures_count

        race: None | str | Unset
        if isinstance(self.race, Unset):
            race = UNSET
        elif isinstance(self.race, str):
            race = self.race
        else:
            race = self.race

        told_at: None | str | Unset
        if isinstance(self.told_at, Unset):
            told_at = UNSET
        elif isinstance(self.told_at, datetime.datetime):
            told_at = self.told_at.isoformat()
        else:
            told_at = self.told_at

        weight_band: None | str | Unset
        if isinstance(self.weight_band, Unset):
            weight_band = UNSET
        elif isinstance(self.weight_band, str):
            weight_band = self.weight_band
        else:
            weight_band = self.weight_band


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "admitted_at": admitted_at,
            "patient": patient,
            "unit": unit,
            "visit_number": visit_number,
        })
        if a1c_result is not UNSET:
            field_dict["a1c_result"] = a1c_result
        if admission_source is not UNSET:
            field_dict["admission_source"] = admission_source
        if admission_type is not UNSET:
            field_dict["admission_type"] = admission_type
        if any_drug_changed is not UNSET:
            field_dict["any_drug_changed"] = any_drug_changed
        if diagnoses_count is not UNSET:
            field_dict["diagnoses_count"] = diagnoses_count
        if diagnosis_1 is not UNSET:
            field_dict["diagnosis_1"] = diagnosis_1
        if diagnosis_2 is not UNSET:
            field_dict["diagnosis_2"] = diagnosis_2
        if diagnosis_3 is not UNSET:
            field_dict["diagnosis_3"] = diagnosis_3
        if discharge_disposition is not UNSET:
            field_dict["discharge_disposition"] = discharge_disposition
        if discharged_at is not UNSET:
            field_dict["discharged_at"] = discharged_at
        if drugs is not UNSET:
            field_dict["drugs"] = drugs
        if emergency_visits_prior_year is not UNSET:
            field_dict["emergency_visits_prior_year"] = emergency_visits_prior_year
        if inpatient_stays_prior_year is not UNSET:
            field_dict["inpatient_stays_prior_year"] = inpatient_stays_prior_year
        if lab_procedures_count is not UNSET:
            field_dict["lab_procedures_count"] = lab_procedures_count
        if length_of_stay_days is not UNSET:
            field_dict["length_of_stay_days"] = length_of_stay_days
        if max_glucose_serum is not UNSET:
            field_dict["max_glucose_serum"] = max_glucose_serum
        if medical_specialty is not UNSET:
            field_dict["medical_specialty"] = medical_specialty
        if medications_count is not UNSET:
            field_dict["medications_count"] = medications_count
        if on_diabetes_medication is not UNSET:
            field_dict["on_diabetes_medication"] = on_diabetes_medication
        if outpatient_visits_prior_year is not UNSET:
            field_dict["outpatient_visits_prior_year"] = outpatient_visits_prior_year
        if payer_code is not UNSET:
            field_dict["payer_code"] = payer_code
        if procedures_count is not UNSET:
            field_dict["procedures_count"] = procedures_count
        if race is not UNSET:
            field_dict["race"] = race
        if told_at is not UNSET:
            field_dict["told_at"] = told_at
        if weight_band is not UNSET:
            field_dict["weight_band"] = weight_band

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.encounter_facts_drugs import EncounterFactsDrugs # noqa: PLC0415
        from ..models.patient_facts import PatientFacts # noqa: PLC0415
        d = dict(src_dict)
        admitted_at = datetime.datetime.fromisoformat(d.pop("admitted_at"))




        patient = PatientFacts.from_dict(d.pop("patient"))




        unit = d.pop("unit")

        visit_number = d.pop("visit_number")

        def _parse_a1c_result(data: object) -> A1CResult | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                a1c_result_type_0 = check_a1c_result(data)



                return a1c_result_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(A1CResult | None | Unset, data)

        a1c_result = _parse_a1c_result(d.pop("a1c_result", UNSET))


        _admission_source = d.pop("admission_source", UNSET)
        admission_source: AdmissionSource | Unset
        if isinstance(_admission_source,  Unset):
            admission_source = UNSET
        else:
            admission_source = check_admission_source(_admission_source)




        _admission_type = d.pop("admission_type", UNSET)
        admission_type: AdmissionType | Unset
        if isinstance(_admission_type,  Unset):
            admission_type = UNSET
        else:
            admission_type = check_admission_type(_admission_type)




        def _parse_any_drug_changed(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        any_drug_changed = _parse_any_drug_changed(d.pop("any_drug_changed", UNSET))


        def _parse_diagnoses_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        diagnoses_count = _parse_diagnoses_count(d.pop("diagnoses_count", UNSET))


        def _parse_diagnosis_1(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        diagnosis_1 = _parse_diagnosis_1(d.pop("diagnosis_1", UNSET))


        def _parse_diagnosis_2(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        diagnosis_2 = _parse_diagnosis_2(d.pop("diagnosis_2", UNSET))


        def _parse_diagnosis_3(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        diagnosis_3 = _parse_diagnosis_3(d.pop("diagnosis_3", UNSET))


        _discharge_disposition = d.pop("discharge_disposition", UNSET)
        discharge_disposition: DischargeDisposition | Unset
        if isinstance(_discharge_disposition,  Unset):
            discharge_disposition = UNSET
        else:
            discharge_disposition = check_discharge_disposition(_discharge_disposition)




        def _parse_discharged_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                discharged_at_type_0 = datetime.datetime.fromisoformat(data)



                return discharged_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        discharged_at = _parse_discharged_at(d.pop("discharged_at", UNSET))


        _drugs = d.pop("drugs", UNSET)
        drugs: EncounterFactsDrugs | Unset
        if isinstance(_drugs,  Unset):
            drugs = UNSET
        else:
            drugs = EncounterFactsDrugs.from_dict(_drugs)




        def _parse_emergency_visits_prior_year(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        emergency_visits_prior_year = _parse_emergency_visits_prior_year(d.pop("emergency_visits_prior_year", UNSET))


        def _parse_inpatient_stays_prior_year(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        inpatient_stays_prior_year = _parse_inpatient_stays_prior_year(d.pop("inpatient_stays_prior_year", UNSET))


        def _parse_lab_procedures_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        lab_procedures_count = _parse_lab_procedures_count(d.pop("lab_procedures_count", UNSET))


        def _parse_length_of_stay_days(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        length_of_stay_days = _parse_length_of_stay_days(d.pop("length_of_stay_days", UNSET))


        def _parse_max_glucose_serum(data: object) -> MaxGlucoseSerum | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                max_glucose_serum_type_0 = check_max_glucose_serum(data)



                return max_glucose_serum_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MaxGlucoseSerum | None | Unset, data)

        max_glucose_serum = _parse_max_glucose_serum(d.pop("max_glucose_serum", UNSET))


        def _parse_medical_specialty(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        medical_specialty = _parse_medical_specialty(d.pop("medical_specialty", UNSET))


        def _parse_medications_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        medications_count = _parse_medications_count(d.pop("medications_count", UNSET))


        def _parse_on_diabetes_medication(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        on_diabetes_medication = _parse_on_diabetes_medication(d.pop("on_diabetes_medication", UNSET))


        def _parse_outpatient_visits_prior_year(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        outpatient_visits_prior_year = _parse_outpatient_visits_prior_year(d.pop("outpatient_visits_prior_year", UNSET))


        def _parse_payer_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        payer_code = _parse_payer_code(d.pop("payer_code", UNSET))


        def _parse_procedures_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        procedures_count = _parse_procedures_count(d.pop("procedures_count", UNSET))


        def _parse_race(data: object) -> None | Race | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                race_type_0 = check_race(data)



                return race_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Race | Unset, data)

        race = _parse_race(d.pop("race", UNSET))


        def _parse_told_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                told_at_type_0 = datetime.datetime.fromisoformat(data)



                return told_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        told_at = _parse_told_at(d.pop("told_at", UNSET))


        def _parse_weight_band(data: object) -> None | Unset | WeightBand:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                weight_band_type_0 = check_weight_band(data)



                return weight_band_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WeightBand, data)

        weight_band = _parse_weight_band(d.pop("weight_band", UNSET))


        encounter_facts = cls(
            admitted_at=admitted_at,
            patient=patient,
            unit=unit,
            visit_number=visit_number,
            a1c_result=a1c_result,
            admission_source=admission_source,
            admission_type=admission_type,
            any_drug_changed=any_drug_changed,
            diagnoses_count=diagnoses_count,
            diagnosis_1=diagnosis_1,
            diagnosis_2=diagnosis_2,
            diagnosis_3=diagnosis_3,
            discharge_disposition=discharge_disposition,
            discharged_at=discharged_at,
            drugs=drugs,
            emergency_visits_prior_year=emergency_visits_prior_year,
            inpatient_stays_prior_year=inpatient_stays_prior_year,
            lab_procedures_count=lab_procedures_count,
            length_of_stay_days=length_of_stay_days,
            max_glucose_serum=max_glucose_serum,
            medical_specialty=medical_specialty,
            medications_count=medications_count,
            on_diabetes_medication=on_diabetes_medication,
            outpatient_visits_prior_year=outpatient_visits_prior_year,
            payer_code=payer_code,
            procedures_count=procedures_count,
            race=race,
            told_at=told_at,
            weight_band=weight_band,
        )

        return encounter_facts

