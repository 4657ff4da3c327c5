"""The tables of HL7 v2 by which a hospital's codes become ours, and where each of our facts stands in a message."""

from __future__ import annotations

from clinical.code_lists import AdmissionSource, AdmissionType, DischargeDisposition

OURS = "99WARD"  # the coding system of observations that name our own facts
SEXES = {"F": "female", "M": "male"}  # table 0001
# table 0007; routine care was planned
ADMISSION_TYPES = {
    "E": AdmissionType.EMERGENCY, "U": AdmissionType.URGENT, "C": AdmissionType.ELECTIVE, "R": AdmissionType.ELECTIVE,
    "N": AdmissionType.NEWBORN, "A": AdmissionType.TRAUMA_CENTER,
}  # fmt: skip
ADMIT_SOURCES = {str(code): AdmissionSource(code) for code in range(1, 10)}  # table 0023 is where the data set's codes are from
# table 0112: 1 to 9 as in the data set, the others are not
DISPOSITIONS = {str(code): DischargeDisposition(code) for code in range(1, 10)} | {
    "20": DischargeDisposition.DIED, "30": DischargeDisposition.STILL_PATIENT, "40": DischargeDisposition.DIED_HOME_HOSPICE,
    "41": DischargeDisposition.DIED_FACILITY_HOSPICE, "42": DischargeDisposition.DIED_UNKNOWN_HOSPICE,
    "50": DischargeDisposition.HOSPICE_HOME, "51": DischargeDisposition.HOSPICE_FACILITY,
}  # fmt: skip
INPATIENT = frozenset({"", "I", "B", "N", "U"})  # table 0004: inpatient, obstetrics; not said is taken for admitted
ICD9, ICD10 = frozenset({"", "I9", "I9C", "ICD9", "ICD-9-CM", "ICD9CM"}), frozenset({"I10", "I10C", "ICD10", "ICD-10-CM"})
TRUTHS = {"Y": True, "N": False}  # table 0136
PLACES = {
    "medical_record_number": "PID^1^3", "family_name": "PID^1^5^1^1", "given_name": "PID^1^5^1^2", "birth_date": "PID^1^7",
    "sex": "PID^1^8", "race": "PID^1^10", "visit_number": "PV1^1^19", "unit": "PV1^1^3^1^1", "admitted_at": "PV1^1^44",
    "discharged_at": "PV1^1^45", "admission_type": "PV1^1^4", "admission_source": "PV1^1^14", "payer_code": "PV1^1^20",
    "discharge_disposition": "PV1^1^36", "medical_specialty": "PV1^1^10", "diagnosis_1": "DG1^1^3", "diagnosis_2": "DG1^2^3",
    "diagnosis_3": "DG1^3^3", "diagnoses_count": "DG1", "procedures_count": "PR1",
}  # fmt: skip
