from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

from clinical.encounter_table import with_places
from config.environment import ROOT
from predictions.errors import FeatureOutOfRangeError
from predictions.features import FEATURES, build, definition, names, schema_hash
from predictions.features.building import as_stored, build_one, row_digests
from predictions.features.declaration import Kind
from predictions.features.golden import golden_matrix, golden_rows, golden_table
from predictions.features.schema import CONCEPTS, plain_names, wide_names


def value_of(feature: str, **columns: object) -> float:
    """What `feature` is in the first golden row, but for `columns`."""
    first = golden_table().head(1)
    changed = first.with_columns(pl.lit(value, dtype=first.schema[column]).alias(column) for column, value in columns.items())
    return float(build(with_places(changed))[0, names().index(feature)])


def test_one_row_is_built_exactly_as_in_a_batch() -> None:
    together = row_digests(build(golden_table()))
    assert row_digests(golden_matrix()) == together
    assert [row_digests(build_one(row))[0] for row in golden_rows()] == together
    assert [row_digests(build(golden_table()[row : row + 1]))[0] for row in range(50)] == together[:50]


def test_threads_that_build_at_once_do_not_see_each_other() -> None:
    together = row_digests(golden_matrix())
    with ThreadPoolExecutor(8) as threads:
        digests = list(threads.map(lambda row: row_digests(build(golden_table()[row : row + 1]))[0], range(200)))
        of_rows = list(threads.map(lambda row: row_digests(build_one(row))[0], golden_rows()[:200]))
    assert digests == of_rows == together[:200]


def test_there_are_more_features_than_the_reference_had() -> None:
    assert len(FEATURES) >= 44
    assert len(set(names())) == len(FEATURES)


def test_every_column_has_its_words_its_unit_its_range_and_a_reason_that_tells_it() -> None:
    columns = definition()["features"]
    assert {column["factor"] for column in columns} == {concept.key for concept in CONCEPTS}
    assert {name for concept in CONCEPTS for name in concept.told_by} <= set(plain_names())
    assert all(column["label"] and column["low"] < column["high"] for column in columns)
    assert all(column["unit"] or column["values"] or column["value_set"] for column in columns)


def test_the_golden_rows_move_every_feature_and_meet_every_code() -> None:
    for column, feature in enumerate(FEATURES):
        values = golden_matrix()[:, column]
        met = np.unique(values[~np.isnan(values)])
        assert len(met) > 1, feature.name
        if feature.kind is Kind.CATEGORY and feature.values:
            assert set(met.astype(int)) == set(feature.values), feature.name


def test_a_value_outside_its_range_is_an_error_and_never_clipped() -> None:
    with pytest.raises(FeatureOutOfRangeError, match="Length of stay: the recorded value lies outside 0 to 365"):
        value_of("length_of_stay_days", length_of_stay_days=366)


@pytest.mark.parametrize("column", ["age_band", "sex", "drug_insulin", "a1c_result"])
def test_text_that_no_list_knows_is_an_error(column: str) -> None:
    with pytest.raises(FeatureOutOfRangeError):
        value_of("age_years", **{column: "nonsense"})


@pytest.mark.parametrize("code", ["A01", "25O", "1234", "V5", "428.", "-1"])
def test_a_diagnosis_that_is_no_icd9_code_is_an_error(code: str) -> None:
    with pytest.raises(FeatureOutOfRangeError, match="Main diagnosis"):
        value_of("diagnosis_1_code", diagnosis_1=code)


@pytest.mark.parametrize(
    ("code", "number"), [("428.0", 428), ("8", 8), ("038", 38), ("V57.1", 1057.1), ("E909", 2909), ("250.83", 250.83)]
)
def test_a_diagnosis_becomes_its_code_as_a_number(code: str, number: float) -> None:
    assert value_of("diagnosis_2_code", diagnosis_2=code) == number


def test_a_payer_never_seen_before_is_another_payer() -> None:
    assert definition()["features"][names().index("payer")]["values"]["1"] == "another payer"
    assert value_of("payer", payer_code="QQ") == 1
    assert value_of("payer", payer_code="") == 0


def test_a_specialty_never_seen_before_is_another_specialty() -> None:
    assert value_of("specialty", medical_specialty="SpaceMedicine") == 1


def test_what_was_not_recorded_stays_missing() -> None:
    assert np.isnan(value_of("diagnosis_3_code", diagnosis_3=""))
    assert np.isnan(value_of("a1c_level", a1c_result=""))


def test_a_missing_value_is_stored_as_none() -> None:
    assert as_stored(np.array([1.5, np.nan])) == [1.5, None]


def test_drugs_are_counted_over_all_twenty_three() -> None:
    none = {column: "no" for column in golden_table().columns if column.startswith("drug_")}
    some = {**none, "drug_insulin": "up", "drug_tolazamide": "down", "drug_metformin": "steady"}
    assert value_of("diabetes_drugs_count", **none) == 0
    assert value_of("diabetes_drugs_count", **some) == 3
    assert value_of("rarer_diabetes_drugs_count", **some) == 1
    assert value_of("doses_increased_count", **some) == value_of("doses_decreased_count", **some) == 1


def test_a_feature_is_the_number_that_the_record_holds() -> None:
    by_hand: dict[str, object] = {
        "inpatient_stays_prior_year": 3, "age_band": "[70-80)", "sex": "male", "drug_insulin": "down", "a1c_result": "over_8",
        "max_glucose_serum": "normal", "any_drug_changed": True, "previous_length_of_stay_days": 5,
    }  # fmt: skip
    read = ("inpatient_stays_prior_year", "age_years", "sex", "insulin_dose", "a1c_level", "glucose_level", "any_drug_changed",
            "previous_length_of_stay_days")  # fmt: skip
    assert [value_of(feature, **by_hand) for feature in read] == [3, 75, 1, 1, 2, 0, 1, 5]


def test_race_is_read_by_no_feature() -> None:
    table = golden_table()
    assert row_digests(build(table.with_columns(pl.lit("asian").alias("race")))) == row_digests(golden_matrix())


def test_the_document_counts_the_columns_as_they_are() -> None:
    told = (ROOT / "docs" / "modelling.md").read_text()
    read, plain, wide = len(names()), len(plain_names()), len(wide_names())
    for kind, count in (("read", read), ("derived", plain - read), ("learned", wide - plain)):
        assert f"| {kind} | {count} |" in told
    assert f"{wide} columns in all" in told


def test_the_schema_hash_covers_what_the_expressions_give() -> None:
    assert schema_hash() == schema_hash()
    assert len(schema_hash()) == 64
