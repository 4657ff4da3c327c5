"""Made-up stays as any hospital would send them, with one label each: enough to fit the references' model and to ask them.

How well the model does is of no account here; its size is that of the reference settings (200 trees of depth three).
"""

from __future__ import annotations

import random
from typing import Any

from clinical.code_lists import AGE_BANDS, DRUGS, PAYERS, SPECIALTIES, A1cResult, DrugChange, GlucoseResult, Race, Sex

SEED = 42
DIAGNOSES = ("428", "250.02", "403", "414", "486", "276", "V57", "585", "599", "427", "250.83", "")
COUNTS = {
    "length_of_stay_days": 14, "lab_procedures_count": 97, "procedures_count": 6, "medications_count": 60,
    "outpatient_visits_prior_year": 5, "emergency_visits_prior_year": 4, "inpatient_stays_prior_year": 6, "diagnoses_count": 16,
}  # fmt: skip
CODES = {"admission_type": 8, "admission_source": 26, "discharge_disposition": 10}
CATEGORIES: dict[str, tuple[str, ...]] = {
    "age_band": AGE_BANDS, "race": tuple(map(str, Race.values)), "sex": tuple(map(str, Sex.values)),
    "payer_code": ("", *PAYERS), "medical_specialty": ("", *SPECIALTIES),
    "diagnosis_1": DIAGNOSES, "diagnosis_2": DIAGNOSES, "diagnosis_3": DIAGNOSES,
    "a1c_result": tuple(map(str, A1cResult.values)), "max_glucose_serum": tuple(map(str, GlucoseResult.values)),
    **{drug: ("no", *map(str, DrugChange.values)) for drug in DRUGS},
}  # fmt: skip
SETTINGS = {"n_estimators": 200, "max_depth": 3, "learning_rate": 0.1, "scale_pos_weight": 8}


def some_stays(count: int, *, seed: int = SEED) -> list[dict[str, Any]]:
    """Flat bodies: numbers and texts."""
    chance = random.Random(seed)  # noqa: S311  made-up numbers
    return [
        {
            **{name: chance.randint(0, most) for name, most in COUNTS.items()},
            **{name: chance.randint(1, most) for name, most in CODES.items()},
            **{name: chance.choice(values) for name, values in CATEGORIES.items()},
        }
        for _number in range(count)
    ]


def some_labels(stays: list[dict[str, Any]], *, seed: int = SEED) -> list[bool]:
    chance = random.Random(seed + 1)  # noqa: S311  made-up numbers
    return [chance.random() < 0.05 + 0.05 * stay["inpatient_stays_prior_year"] for stay in stays]
