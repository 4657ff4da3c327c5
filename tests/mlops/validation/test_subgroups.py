from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from mlops.evaluation.draws import patient_draws
from mlops.validation.result import Subgroup
from mlops.validation.subgroups import Group, groups_of, measured_in

ROWS = 1000
RANDOM = np.random.default_rng(2)
SCORES = RANDOM.beta(1.2, 6, size=ROWS)
READMITTED = RANDOM.random(ROWS) < SCORES
PATIENTS = np.arange(ROWS) // 2
DRAWS = patient_draws(PATIENTS, seed=1, draws=40)


def measured(rows: np.ndarray) -> Subgroup:
    flagged = np.quantile(SCORES, 0.8) <= SCORES
    return measured_in(Group("race", "some", rows), SCORES, READMITTED, PATIENTS, flagged=flagged, draws=DRAWS)


def test_a_group_is_measured_on_its_own_rows() -> None:
    rows = np.arange(0, 500)
    found = measured(rows)
    assert found.figures["auc"].value == pytest.approx(roc_auc_score(READMITTED[rows], SCORES[rows]))
    assert found.figures["observed_by_expected"].value == pytest.approx(READMITTED[rows].sum() / SCORES[rows].sum())
    assert (found.rows, found.patients, found.readmitted) == (500, 250, READMITTED[rows].sum())


@pytest.mark.parametrize("events", [9, 0])
def test_a_group_with_few_events_tells_its_size_and_nothing_else(events: int) -> None:
    rows = np.concatenate([np.flatnonzero(READMITTED)[:events], np.flatnonzero(~READMITTED)[:60]])
    written = measured(rows).as_json()
    assert written["censored"]
    assert written["rows"] == 60 + events
    assert written["readmitted"] is None
    assert "auc" not in written


def test_a_group_with_few_who_did_not_come_back_is_censored_too() -> None:
    assert measured(np.concatenate([np.flatnonzero(READMITTED)[:40], np.flatnonzero(~READMITTED)[:9]])).censored


def test_of_a_tiny_group_not_even_the_size_is_told() -> None:
    assert measured(np.arange(9)).rows is None


def test_every_row_is_in_one_group_of_each_factor() -> None:
    table = pl.DataFrame(
        {
            "encounter_id": [1, 2, 3, 4], "patient_id": [7, 7, 8, 9], "race": ["asian", "", "caucasian", "other"],
            "sex": ["female", "male", "unknown", "female"], "age_band": ["[0-10)", "[40-50)", "[70-80)", "[90-100)"],
            "payer_code": ["MC", "", "MC", "HM"],
        }
    )  # fmt: skip
    groups = groups_of(table, table)
    for factor in ("race", "sex", "age", "payer", "stays"):
        assert sorted(row for group in groups if group.factor == factor for row in group.rows) == [0, 1, 2, 3]
    assert [group.name for group in groups if group.factor == "age"] == ["under 40", "40 to 59", "60 to 79", "80 and over"]
    assert next(group.rows.tolist() for group in groups if group.name.startswith("returning")) == [1]
