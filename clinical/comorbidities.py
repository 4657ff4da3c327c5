"""Comorbidities: which diagnoses make which condition, by ICD-9-CM codes as they are written in the sources.

WARD is our own choice: conditions that bring patients of this kind back, by whole categories, because records seldom say
more. CHARLSON and ELIXHAUSER follow the enhanced ICD-9-CM coding of Quan H et al., Med Care 2005;43:1130-9; Charlson's
weights are those of Charlson ME et al., J Chronic Dis 1987;40:373-83. They are "like" those indices and not the indices
themselves, which read a patient's whole list of diagnoses, where a record here holds three. Of Elixhauser's conditions
those stand here that are not among Charlson's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from clinical import icd9


@dataclass(frozen=True)
class Condition:
    """`codes` is written as in the sources: "428, 425.4-425.9, V42.7"; a code stands for all that begin with it."""

    name: str
    words: str
    codes: str
    charlson_weight: int = 0

    @cached_property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The codes in hundredths, each range from its first to before its end: 425.4-425.9 is 42540 to 42600."""
        return tuple(_range(*part.strip().split("-")) for part in self.codes.split(","))


def _range(first: str, last: str = "") -> tuple[int, int]:
    last = last or first
    finer = (100, 10, 1)[len(last.partition(".")[2])]
    return icd9.in_hundredths(first), icd9.in_hundredths(last) + finer


WARD = (
    Condition("heart_failure", "Heart failure", "428"),
    Condition("chronic_kidney_disease", "Chronic kidney disease", "585-586"),
    Condition("hypertensive_kidney_disease", "Hypertensive kidney disease", "403-404"),
    Condition("acute_kidney_failure", "Acute kidney failure", "584"),
    Condition("chronic_lung_disease", "Chronic lung disease", "490-496"),
    Condition("ischaemic_heart_disease", "Ischaemic heart disease", "410-414"),
    Condition("cancer", "Cancer", "140-208"),
    Condition("stroke", "Stroke or its effects", "430-438"),
    Condition("anaemia", "Anaemia", "280-285"),
    Condition("mental_disorder", "Mental disorder", "290-319"),
    Condition("fluid_disorder", "Disorder of fluids or electrolytes", "276"),
    Condition("liver_disease", "Liver disease", "570-573"),
    Condition("pneumonia", "Pneumonia", "480-487"),
    Condition("skin_disease", "Disease of the skin", "680-709"),
    Condition("vascular_disease", "Disease of the arteries", "440-443"),
    Condition("septicaemia", "Septicaemia", "38"),
)

_HEART_FAILURE = (
    "398.91, 402.01, 402.11, 402.91, 404.01, 404.03, 404.11, 404.13, 404.91, 404.93, 425.4-425.9, 428"
)  # fmt: skip
_LIVER = "70.22, 70.23, 70.32, 70.33, 70.44, 70.54, 70.6, 70.9, 570-571, 573.3, 573.4, 573.8, 573.9, V42.7"
_KIDNEY = (
    "403.01, 403.11, 403.91, 404.02, 404.03, 404.12, 404.13, 404.92, 404.93, 582, 583.0-583.7, 585-586, 588.0, V42.0, V45.1,"
    " V56"
)  # fmt: skip

CHARLSON = (
    Condition("myocardial_infarction", "Myocardial infarction, new or old", "410, 412", 1),
    Condition("congestive_heart_failure", "Congestive heart failure", _HEART_FAILURE, 1),
    Condition(
        "peripheral_vascular_disease", "Peripheral vascular disease",
        "93.0, 437.3, 440-441, 443.1-443.9, 447.1, 557.1, 557.9, V43.4", 1,
    ),
    Condition("cerebrovascular_disease", "Cerebrovascular disease", "362.34, 430-438", 1),
    Condition("dementia", "Dementia", "290, 294.1, 331.2", 1),
    Condition("chronic_pulmonary_disease", "Chronic pulmonary disease", "416.8, 416.9, 490-505, 506.4, 508.1, 508.8", 1),
    Condition("rheumatic_disease", "Rheumatic disease", "446.5, 710.0-710.4, 714.0-714.2, 714.8, 725", 1),
    Condition("peptic_ulcer", "Peptic ulcer", "531-534", 1),
    Condition("mild_liver_disease", "Mild liver disease", _LIVER, 1),
    Condition("diabetes_uncomplicated", "Diabetes without chronic complication", "250.0-250.3, 250.8, 250.9", 1),
    Condition("diabetes_complicated", "Diabetes with chronic complication", "250.4-250.7", 2),
    Condition("paralysis", "Paralysis of limbs", "334.1, 342-343, 344.0-344.6, 344.9", 2),
    Condition("kidney_disease", "Kidney disease", _KIDNEY, 2),
    Condition("malignancy", "Cancer other than of the skin", "140-172, 174.0-195.8, 200-208, 238.6", 2),
    Condition("severe_liver_disease", "Moderate or severe liver disease", "456.0-456.2, 572.2-572.8", 3),
    Condition("metastases", "Cancer that has spread", "196-199", 6),
    Condition("hiv", "HIV infection", "42-44", 6),
)  # fmt: skip
# the milder one counts only where the graver one is absent
MILDER_OF = {
    "diabetes_uncomplicated": "diabetes_complicated",
    "mild_liver_disease": "severe_liver_disease",
    "malignancy": "metastases",
}

ELIXHAUSER = (
    Condition(
        "arrhythmia", "Disorder of heart rhythm",
        "426.0, 426.10, 426.12, 426.13, 426.7, 426.9, 427.0-427.4, 427.6-427.9, 785.0, 996.01, 996.04, V45.0, V53.3",
    ),
    Condition("valve_disease", "Disease of the heart's valves", "93.2, 394-397, 424, 746.3-746.6, V42.2, V43.3"),
    Condition("pulmonary_circulation", "Disease of the pulmonary circulation", "415.0, 415.1, 416, 417.0, 417.8, 417.9"),
    Condition("hypertension", "Hypertension", "401"),
    Condition("hypertension_complicated", "Hypertension with complications", "402-405"),
    Condition(
        "neurological_disorder", "Other neurological disorder",
        "331.9, 332.0, 332.1, 333.4, 333.5, 333.92, 334-335, 336.2, 340-341, 345, 348.1, 348.3, 780.3, 784.3",
    ),
    Condition("hypothyroidism", "Underactive thyroid", "240.9, 243-244, 246.1, 246.8"),
    Condition("lymphoma", "Lymphoma", "200-202, 203.0, 238.6"),
    Condition("solid_tumour", "Solid tumour that has not spread", "140-172, 174-195"),
    Condition(
        "connective_tissue_disease", "Rheumatoid or connective tissue disease",
        "446, 701.0, 710.0-710.4, 710.8, 710.9, 711.2, 714, 719.3, 720, 725, 728.5, 728.89, 729.30",
    ),
    Condition("clotting_disorder", "Disorder of clotting", "286, 287.1, 287.3-287.5"),
    Condition("obesity", "Obesity", "278.0"),
    Condition("weight_loss", "Loss of weight", "260-263, 783.2, 799.4"),
    Condition("fluid_and_electrolyte_disorder", "Disorder of fluids, electrolytes or their hormones", "253.6, 276"),
    Condition("blood_loss_anaemia", "Anaemia from loss of blood", "280.0"),
    Condition("deficiency_anaemia", "Anaemia from a deficiency", "280.1-280.9, 281"),
    Condition(
        "alcohol_abuse", "Abuse of alcohol",
        "265.2, 291.1-291.3, 291.5-291.9, 303.0, 303.9, 305.0, 357.5, 425.5, 535.3, 571.0-571.3, 980, V11.3",
    ),
    Condition("drug_abuse", "Abuse of drugs", "292, 304, 305.2-305.9, V65.42"),
    Condition("psychosis", "Psychosis", "293.8, 295, 296.04, 296.14, 296.44, 296.54, 297-298"),
    Condition("depression", "Depression", "296.2, 296.3, 296.5, 300.4, 309, 311"),
)  # fmt: skip
