"""The tables by which codes of others become ours. What is on none of them is said to be unknown, and never guessed."""

from __future__ import annotations

import re

from clinical.code_lists import DRUGS, AdmissionSource, AdmissionType, DischargeDisposition, Race

# v3-ActPriority
PRIORITY = {"EM": AdmissionType.EMERGENCY, "UR": AdmissionType.URGENT, "EL": AdmissionType.ELECTIVE}
# http://terminology.hl7.org/CodeSystem/admit-source
ADMIT_SOURCE = {
    "hosp-trans": AdmissionSource.HOSPITAL_TRANSFER,
    "emd": AdmissionSource.EMERGENCY_ROOM,
    "born": AdmissionSource.BORN_INSIDE,
    "gp": AdmissionSource.PHYSICIAN_REFERRAL,
    "mp": AdmissionSource.PHYSICIAN_REFERRAL,
    "outp": AdmissionSource.CLINIC_REFERRAL,
    "nursing": AdmissionSource.SKILLED_NURSING_TRANSFER,
    "psych": AdmissionSource.OTHER_TRANSFER,
    "rehab": AdmissionSource.OTHER_TRANSFER,
}
# http://terminology.hl7.org/CodeSystem/discharge-disposition
DISPOSITION = {
    "home": DischargeDisposition.HOME,
    "alt-home": DischargeDisposition.HOME,
    "other-hcf": DischargeDisposition.OTHER_INSTITUTION,
    "hosp": DischargeDisposition.HOSPICE_FACILITY,
    "long": DischargeDisposition.LONG_TERM_HOSPITAL,
    "aadvice": DischargeDisposition.AGAINST_ADVICE,
    "exp": DischargeDisposition.DIED,
    "psy": DischargeDisposition.PSYCHIATRIC,
    "rehab": DischargeDisposition.REHABILITATION,
    "snf": DischargeDisposition.SKILLED_NURSING,
    "oth": DischargeDisposition.UNKNOWN,
}
# urn:oid:2.16.840.1.113883.6.238, by the US Core extension
RACES = {
    "2106-3": Race.CAUCASIAN,
    "2054-5": Race.AFRICAN_AMERICAN,
    "2028-9": Race.ASIAN,
    "1002-5": Race.OTHER,
    "2076-8": Race.OTHER,
    "2131-1": Race.OTHER,
}
HISPANIC = "2135-2"
HBA1C, GLUCOSE = "4548-4", "2345-7"  # LOINC: HbA1c in %, glucose in serum or plasma in mg/dL
# RxNorm ingredients
RXNORM_DRUGS = {
    "6809": "metformin", "73044": "repaglinide", "274332": "nateglinide", "2404": "chlorpropamide", "25789": "glimepiride",
    "173": "acetohexamide", "4821": "glipizide", "4815": "glyburide", "10635": "tolbutamide", "33738": "pioglitazone",
    "84108": "rosiglitazone", "16681": "acarbose", "30009": "miglitol", "72610": "troglitazone", "10633": "tolazamide",
    "5856": "insulin", "274783": "insulin", "86009": "insulin", "51428": "insulin", "139825": "insulin",
}  # fmt: skip
# ICD-10-CM -> the ICD-9-CM code that comes nearest; a code that ends in "-" stands for all that begin so
ICD9_OF_ICD10 = {
    "E10.9": "250.01", "E11.9": "250.00", "E11.65": "250.02", "E11.21": "250.40", "E11.22": "250.40", "E11.40": "250.60",
    "E11.42": "250.60", "E11.51": "250.70", "E11.621": "250.80", "E11.649": "250.80", "E86.0": "276.51", "E87.1": "276.1",
    "I10": "401.9", "I21.4": "410.71", "I25.10": "414.01", "I48.91": "427.31", "I50-": "428.0", "I63.9": "434.91",
    "J18.9": "486", "J44.1": "491.21", "J44.9": "496", "J96.01": "518.81", "K92.2": "578.9", "A41.9": "038.9",
    "L03.90": "682.9", "N17.9": "584.9", "N18.6": "585.6", "N39.0": "599.0", "R07.9": "786.50", "D64.9": "285.9",
}  # fmt: skip
_WORD = re.compile(r"[a-z]+")
_COMBINATIONS = [(drug, frozenset(drug.split("-"))) for drug in DRUGS if "-" in drug]
_SINGLE = frozenset(drug for drug in DRUGS if "-" not in drug)


def icd9_of_icd10(code: str) -> str | None:
    whole = code.upper()
    return ICD9_OF_ICD10.get(whole) or ICD9_OF_ICD10.get(f"{whole.partition('.')[0]}-")


def drug_named(text: str) -> str | None:
    """The drug of the data set that a text names; one that names two names their combination, or nothing."""
    words = frozenset(_WORD.findall(text.lower())) & _SINGLE
    if len(words) > 1:
        return next((drug for drug, parts in _COMBINATIONS if parts == words), None)
    return next(iter(words), None)
