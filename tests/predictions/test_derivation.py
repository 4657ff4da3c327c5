from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from clinical import earlier_stays
from clinical.comorbidities import CHARLSON, ELIXHAUSER, WARD
from clinical.encounter_table import HAD, with_places
from predictions.features import build
from predictions.features.derivation import derive
from predictions.features.golden import golden_matrix, golden_table
from predictions.features.schema import DERIVED, names, plain_names

CONDITIONS = [f"has_{condition.name}" for condition in (*WARD, *CHARLSON, *ELIXHAUSER)]


def derived(feature: str, **columns: object) -> float:
    """What `feature` is in the first golden row, but for `columns`."""
    first = golden_table().head(1)
    changed = first.with_columns(pl.lit(value, dtype=first.schema[column]).alias(column) for column, value in columns.items())
    return float(derive(build(with_places(changed)))[0, plain_names().index(feature)])


def conditions(*codes: str) -> set[str]:
    """The conditions found in these diagnoses."""
    diagnoses = dict(zip(("diagnosis_1", "diagnosis_2", "diagnosis_3"), (*codes, "", "", ""), strict=False))
    first = golden_table().head(1).with_columns(pl.lit(code).alias(name) for name, code in diagnoses.items())
    row = derive(build(first))[0]
    return {name.removeprefix("has_") for name in CONDITIONS if row[plain_names().index(name)]}


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("length_of_stay_days_change", -3), ("earlier_medications_count_mean", 12), ("medications_a_day", 4),
        ("medications_for_each_diagnosis", 1.6), ("lab_procedures_a_day", 10), ("acute_visits_prior_year", 5),
        ("all_visits_prior_year", 12), ("diabetes_diagnoses_count", 2), ("diagnosis_1_category", 428),
        ("diagnosis_2_diabetes_kind", 0), ("to_a_facility", 1), ("to_home", 0), ("from_emergency_room", 1), ("elective", 0),
        ("previous_to_a_facility", 0), ("same_diagnosis_1_group", 1), ("any_oral_drug", 0), ("insulin_only", 1),
        ("doses_changed_count", 1), ("payer_recorded", 0), ("a1c_measured", 1), ("glucose_measured", 0), ("charlson_weight", 2),
    ],
)  # fmt: skip
def test_a_derived_column_worked_out_by_hand(feature: str, value: float) -> None:
    by_hand: dict[str, object] = {
        "inpatient_stays_prior_year": 3, "emergency_visits_prior_year": 2, "outpatient_visits_prior_year": 7,
        "medications_count": 8, "lab_procedures_count": 20, "length_of_stay_days": 2, "diagnoses_count": 5,
        "diagnosis_1": "428.31", "diagnosis_2": "250.02", "diagnosis_3": "250", "discharge_disposition": 3,
        "admission_source": 7, "admission_type": 1, "payer_code": "", "a1c_result": "over_8", "max_glucose_serum": "",
        "earlier_stays_count": 2, "previous_length_of_stay_days": 5, "earlier_medications_count": 24,
        "previous_discharge_disposition": 1, "previous_diagnosis_1_code": 428.0,
        **{column: "no" for column in golden_table().columns if column.startswith("drug_")}, "drug_insulin": "down",
    }  # fmt: skip
    assert derived(feature, **by_hand) == value


def test_a_stay_without_a_night_divides_by_one_day() -> None:
    assert derived("medications_a_day", length_of_stay_days=0, medications_count=12) == 12


def test_a_first_stay_has_nothing_to_compare_with() -> None:
    first = {"earlier_stays_count": 0, "previous_length_of_stay_days": None, "previous_diagnosis_1_code": None}
    for feature in ("length_of_stay_days_change", "earlier_length_of_stay_days_mean", "same_diagnosis_1_group"):
        assert np.isnan(derived(feature, **first)), feature


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("428.0", {"heart_failure", "congestive_heart_failure"}),
        ("425.5", {"congestive_heart_failure", "alcohol_abuse"}),
        ("410", {"ischaemic_heart_disease", "myocardial_infarction"}),
        ("415.1", {"pulmonary_circulation"}),
        ("250.4", {"diabetes_complicated"}),
        ("250.83", {"diabetes_uncomplicated"}),
        ("404.03", {"hypertensive_kidney_disease", "congestive_heart_failure", "kidney_disease", "hypertension_complicated"}),
        ("197.0", {"cancer", "metastases"}),
        ("042", {"hiv"}),
        ("038.9", {"septicaemia"}),
        ("V42.0", {"kidney_disease"}),
        ("V41", set()),
        ("E428", set()),
        ("41.4", set()),
        ("715", set()),
    ],
)
def test_a_code_tells_of_the_conditions_whose_codes_it_begins_with(code: str, found: set[str]) -> None:
    assert conditions(code) == conditions("715", code) == conditions("", "715", code) == found


@pytest.mark.parametrize(("milder", "graver", "weight"), [("250.02", "250.4", 2), ("571", "572.2", 3), ("153", "197", 6)])
def test_of_two_degrees_of_one_disease_the_graver_counts(milder: str, graver: str, weight: int) -> None:
    both = {"diagnosis_1": milder, "diagnosis_2": graver, "diagnosis_3": ""}
    assert derived("charlson_weight", **both) == weight
    assert 0 < derived("charlson_weight", **{**both, "diagnosis_2": ""}) < weight


def test_a_condition_is_the_same_in_this_stay_as_in_one_before() -> None:
    stays = golden_table().head(400).select("encounter_id", *earlier_stays.LOOKED_BACK_AT)
    now = derive(golden_matrix())[:400]
    followed = pl.concat(
        [
            stays.with_columns(history=pl.col("encounter_id"), stay_number=pl.lit(1, pl.Int64)),
            stays.with_columns(
                history=pl.col("encounter_id"), stay_number=pl.lit(2, pl.Int64), encounter_id=pl.col("encounter_id") + 1000
            ),
        ]
    )
    later = earlier_stays.of_stays(followed).filter(pl.col("encounter_id") > 1000).sort("encounter_id")
    for condition, had in HAD.items():
        assert later[had].to_list() == now[:, plain_names().index(f"has_{condition}")].tolist(), condition
    codes = now[:, plain_names().index("diagnosis_1_code")]
    assert np.array_equal(later["previous_diagnosis_1_code"].to_numpy(), codes, equal_nan=True)


def test_one_row_is_derived_exactly_as_in_a_batch() -> None:
    matrix = golden_matrix()
    alone = np.vstack([derive(matrix[row : row + 1]) for row in range(200)])
    assert np.array_equal(alone, derive(matrix)[:200], equal_nan=True)


def test_the_golden_rows_move_every_derived_column_within_its_range() -> None:
    columns = derive(golden_matrix())[:, len(names()) :]
    for column, values in zip(DERIVED, columns.T, strict=True):
        known = values[~np.isnan(values)]
        assert len(np.unique(values)) > 1, column.name
        assert column.low <= known.min(), column.name
        assert known.max() <= column.high, column.name
        assert column.missing or len(known) == len(values), column.name


def test_a_row_that_lacks_everything_is_derived_without_a_word() -> None:
    with np.errstate(all="raise"):
        assert derive(np.full((1, len(names())), np.nan)).shape == (1, len(plain_names()))
