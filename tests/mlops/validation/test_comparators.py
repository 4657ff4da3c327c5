from __future__ import annotations

import polars as pl
import pytest

from mlops.validation.baselines import columns
from mlops.validation.point_scores import hospital, lace, number_inpatient
from predictions.features.golden import golden_table

PLAIN = {
    "length_of_stay_days": 2, "admission_type": 3, "diagnosis_1": "250.01", "diagnosis_2": "401", "diagnosis_3": "",
    "emergency_visits_prior_year": 0, "inpatient_stays_prior_year": 0, "procedures_count": 0, "medical_specialty": "Cardiology",
}  # fmt: skip


def one(**changes: object) -> pl.DataFrame:
    return golden_table().head(1).with_columns(pl.lit(value).alias(name) for name, value in {**PLAIN, **changes}.items())


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, 2 + 1),
        ({"length_of_stay_days": 5}, 4 + 1),
        ({"length_of_stay_days": 14}, 7 + 1),
        ({"admission_type": 1}, 2 + 3 + 1),
        ({"diagnosis_2": "428.1"}, 2 + 3),
        ({"diagnosis_2": "428", "diagnosis_3": "496"}, 2 + 5),
        ({"diagnosis_2": "250.6"}, 2 + 3),
        ({"diagnosis_2": "197.0"}, 2 + 5),
        ({"emergency_visits_prior_year": 9}, 2 + 1 + 4),
    ],
)
def test_lace_adds_up_stay_acuity_comorbidity_and_visits(changes: dict[str, object], points: int) -> None:
    assert lace(one(**changes)).tolist() == [points]


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, 0),
        ({"inpatient_stays_prior_year": 1}, 0),
        ({"inpatient_stays_prior_year": 5}, 2),
        ({"inpatient_stays_prior_year": 6}, 5),
        ({"length_of_stay_days": 5}, 2),
        ({"admission_type": 7}, 1),
        ({"procedures_count": 3}, 1),
        ({"diagnosis_3": "174.9"}, 2),
        ({"medical_specialty": "Hematology/Oncology"}, 2),
    ],
)
def test_hospital_adds_up_what_the_file_has(changes: dict[str, object], points: int) -> None:
    assert hospital(one(**changes)).tolist() == [points]


def test_number_inpatient_is_the_count_itself() -> None:
    assert number_inpatient(one(inpatient_stays_prior_year=4)).tolist() == [4]


def test_the_reference_sees_forty_four_columns_and_no_cell_is_lost() -> None:
    table = columns(golden_table())
    assert table.width == 44
    assert table.null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize(
    ("code", "group"),
    [("428", 1), ("786.5", 2), ("535", 3), ("250.13", 4), ("820", 5), ("715", 6), ("788", 7), ("153", 8), ("V57", 0), ("", 0)],
)
def test_a_diagnosis_falls_into_one_of_nine_groups(code: str, group: int) -> None:
    assert columns(one(diagnosis_1=code))["diagnosis_1_group"].to_list() == [group]
