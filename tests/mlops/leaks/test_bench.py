"""Each leak is planted alone, and exactly the check that is named after it says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from mlops.leaks.bench import Matrix, Run, examine
from mlops.leaks.split import Side
from tests.mlops.leaks import cohort

CLEAN = cohort.clean_run()
ENCODING = cohort.clean_encoding(CLEAN.training, CLEAN.held_out)


def broken(run: Run) -> list[str]:
    return [verdict.name for verdict in examine(run) if not verdict.passed]


def with_build(build: object) -> Run:
    """The pipeline with another way from encounters to features, on both sides of the split."""
    table = CLEAN.source.table
    training, held_out = cohort.sides(table, build(table))  # type: ignore[operator]  # a function
    return replace(CLEAN, training=training, held_out=held_out, source=replace(CLEAN.source, build=build))


def test_the_clean_pipeline_violates_nothing() -> None:
    assert broken(CLEAN) == []
    assert len(examine(CLEAN)) == 10


def test_the_labels_choose_rows_in_the_clean_pipeline_too() -> None:
    evidence = next(verdict.evidence for verdict in examine(CLEAN) if verdict.name == "label_signature")
    assert int(evidence.split()[0].replace(",", "")) > 50


# --- the target in a feature -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share_told", [1.0, 0.6])
def test_the_target_in_a_feature_is_caught(share_told: float) -> None:
    random = np.random.default_rng(1)

    def tell(side: Side) -> Side:
        told = np.where(random.random(len(side.readmitted)) < share_told, side.readmitted, random.random(len(side.readmitted)))
        matrix = side.matrix.copy()
        matrix[:, cohort.NAMES.index("noise")] = told
        return replace(side, matrix=matrix)

    run = replace(CLEAN, training=tell(CLEAN.training), held_out=tell(CLEAN.held_out))
    assert broken(run) == ["target_in_feature"]


def test_a_code_that_tells_the_outcome_is_caught_whatever_its_order() -> None:
    codes = np.where(CLEAN.training.readmitted, 5, np.random.default_rng(1).choice([3, 8], size=len(CLEAN.training.readmitted)))
    matrix = CLEAN.training.matrix.copy()
    matrix[:, cohort.NAMES.index("clinic")] = codes
    run = replace(CLEAN, training=replace(CLEAN.training, matrix=matrix), encoding=None)
    assert broken(run) == ["target_in_feature"]


# --- held-out rows in what is fitted -----------------------------------------------------------------------------------------


def clinics_of(run: Run) -> np.ndarray:
    return np.concatenate([run.training.matrix, run.held_out.matrix])[:, cohort.NAMES.index("clinic")].astype(int)


def test_held_out_rows_in_the_encoder_are_caught() -> None:
    everybody = clinics_of(CLEAN)
    leaking = replace(ENCODING, fitted=lambda readmitted: [cohort.rates(everybody, readmitted).tobytes()])
    assert broken(replace(CLEAN, encoding=leaking)) == ["held_out_rows_in_encoder"]


def test_an_encoding_that_is_not_out_of_fold_is_caught() -> None:
    clinic = CLEAN.training.matrix[:, cohort.NAMES.index("clinic")].astype(int)
    leaking = replace(ENCODING, out_of_fold=lambda readmitted: cohort.rates(clinic, readmitted)[clinic][:, None])
    assert broken(replace(CLEAN, encoding=leaking)) == ["own_label_in_encoding"]


# --- resampling before the split, and copies ---------------------------------------------------------------------------------


def split_by_row(table: pl.DataFrame, matrix: Matrix) -> Run:
    held_out = np.random.default_rng(2).random(len(matrix)) < 0.2
    training, judged = (cohort.side(table, matrix, rows) for rows in (~held_out, held_out))
    return replace(CLEAN, training=training, held_out=judged, split_by_patient=False, encoding=None)


def test_positives_repeated_before_the_split_are_caught() -> None:
    table, matrix = CLEAN.source.table, cohort.build(CLEAN.source.table)
    rows = np.concatenate([np.arange(len(matrix)), np.repeat(np.flatnonzero(CLEAN.source.readmitted), 4)])
    run = split_by_row(table[rows], matrix[rows])
    assert broken(run) == ["copies_on_both_sides"]


def test_made_up_positives_between_real_ones_are_caught() -> None:
    """Synthetic minority oversampling: no row is a copy, each has a number of its own, and none is in the source."""
    table, matrix = CLEAN.source.table, cohort.build(CLEAN.source.table)
    random = np.random.default_rng(4)
    positives = np.flatnonzero(CLEAN.source.readmitted)
    one, other = random.choice(positives, size=(2, 3000))
    made = matrix[one] + random.random((3000, 1)) * (matrix[other] - matrix[one])
    numbers = np.arange(10**6, 10**6 + 3000)
    added = table[one].with_columns(encounter_id=pl.Series(numbers), patient_id=pl.Series(numbers))
    run = split_by_row(pl.concat([table, added]), np.concatenate([matrix, made]))
    assert broken(run) == ["copies_on_both_sides"]


def test_a_resampled_set_cut_back_to_its_old_size_is_caught() -> None:
    table, matrix = CLEAN.source.table, cohort.build(CLEAN.source.table)
    positives = np.flatnonzero(CLEAN.source.readmitted)
    rows = np.random.default_rng(4).permutation(np.concatenate([np.arange(len(matrix)), np.repeat(positives, 4)]))[
        : len(matrix)
    ]
    renumbered = table[rows].with_columns(encounter_id=pl.int_range(pl.len()))
    run = split_by_row(renumbered, matrix[rows])
    verdict = next(verdict for verdict in examine(run) if verdict.name == "copies_on_both_sides")
    assert not verdict.passed
    assert "twin" in verdict.evidence


def test_a_split_by_row_where_patients_were_promised_is_caught() -> None:
    run = split_by_row(CLEAN.source.table, cohort.build(CLEAN.source.table))
    assert broken(run) == []
    assert broken(replace(run, split_by_patient=True)) == ["patients_on_both_sides"]


# --- history -----------------------------------------------------------------------------------------------------------------


def test_later_encounters_in_the_history_are_caught() -> None:
    def reading_ahead(table: pl.DataFrame) -> Matrix:
        stays = table.sort("patient_id", "encounter_id")
        ahead = stays.select("encounter_id", next_severity=pl.col("severity").shift(-1, fill_value=0.0).over("patient_id"))
        told = table.join(ahead, on="encounter_id", how="left", maintain_order="left").with_columns(noise="next_severity")
        return cohort.build(told)

    assert broken(with_build(reading_ahead)) == ["future_encounters_in_history"]


def test_a_count_of_all_stays_alone_is_caught() -> None:
    def counting_all(table: pl.DataFrame) -> Matrix:
        return np.column_stack([cohort.build(table)[:, :-1], table.select(pl.len().over("patient_id")).to_numpy()])

    assert "future_encounters_in_history" in broken(with_build(counting_all))


def test_rows_blanked_by_their_label_are_caught() -> None:
    """The bug that kept an AUC of 0.694: cleaned rows were emptied, which no true first encounter is."""

    def blanking(table: pl.DataFrame) -> Matrix:
        stays = cohort.in_histories(table).with_columns(
            earlier_stays=pl.when("wrong").then(None).otherwise(pl.int_range(pl.len()).over("history")),
            previous_severity=pl.col("severity").shift(1).over("history"),
        )
        return cohort.matrix_of(stays)

    run = with_build(blanking)
    assert broken(run) == ["label_signature", "missingness_signature"]
    evidence = next(verdict.evidence for verdict in examine(run) if verdict.name == "label_signature")
    assert "earlier_stays" in evidence


def test_a_value_that_only_chosen_rows_carry_is_caught() -> None:
    def marking(table: pl.DataFrame) -> Matrix:
        stays = cohort.in_histories(table).with_columns(
            earlier_stays=pl.int_range(pl.len()).over("history"),
            previous_severity=pl.col("severity").shift(1).over("history"),
            noise=pl.when("wrong").then(0.125).otherwise("noise"),
        )
        return cohort.matrix_of(stays)

    assert broken(with_build(marking)) == ["label_signature"]


def test_a_history_in_the_wrong_order_is_caught() -> None:
    def uncleaned(table: pl.DataFrame) -> Matrix:
        stays = table.with_row_index("row").sort("patient_id", "encounter_id")
        stays = stays.with_columns(
            earlier_stays=pl.int_range(pl.len()).over("patient_id"),
            previous_severity=pl.col("severity").shift(1).over("patient_id"),
        )
        return cohort.matrix_of(stays)

    assert broken(with_build(uncleaned)) == ["impossible_history"]


# --- a figure too good -------------------------------------------------------------------------------------------------------


def test_an_auc_above_what_is_honest_is_an_alarm() -> None:
    assert broken(replace(CLEAN, aucs={"boosted": 0.69, "network": 0.721})) == ["implausible_auc"]
