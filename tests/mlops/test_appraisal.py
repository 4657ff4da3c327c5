from __future__ import annotations

import json

import numpy as np
import pytest

from clinical.models import CareUnit
from mlops import evaluation, profiles
from mlops.appraisal.appraising import appraise
from mlops.appraisal.checks import additivity_error, golden_error
from mlops.appraisal.comparing import caution_about
from mlops.appraisal.measures import groups_from, measures_of
from mlops.appraisal.units import UnitToday, units_today
from predictions.features.golden import golden_matrix
from tests import small_model
from tests.factories import encounter_on
from tests.mlops import appraised


def test_both_models_are_measured_on_the_same_rows_and_the_figures_are_the_arithmetics() -> None:
    found = appraised.appraisal(with_champion=True)
    held_out = appraised.dataset().held_out
    for name, seed in (("candidate", 0), ("champion", 1)):
        scores = small_model.model(seed=seed).probabilities(held_out.matrix)
        assert found[name]["figures"]["auc"]["value"] == pytest.approx(evaluation.auc(scores, held_out.readmitted))
        assert found[name]["figures"]["brier_skill"]["value"] == pytest.approx(
            evaluation.brier_skill(scores, held_out.readmitted)
        )
    difference = found["paired"]["auc_difference"]
    own, other = (found[name]["figures"]["auc"]["value"] for name in ("candidate", "champion"))
    assert difference["value"] == pytest.approx(own - other)
    assert difference["low"] < difference["value"] < difference["high"]


def test_a_model_against_itself_differs_by_nothing_in_every_draw() -> None:
    found = appraise(
        appraised.dataset(), appraised.candidate(), small_model.model(), seed=appraised.SEED, draws=appraised.DRAWS
    )
    assert found["paired"]["auc_difference"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_an_appraisal_is_plain_json_and_the_same_when_it_is_made_again() -> None:
    again = appraise(appraised.dataset(), appraised.candidate(), None, seed=appraised.SEED, draws=appraised.DRAWS)
    assert json.dumps(again, allow_nan=False) == json.dumps(appraised.appraisal(), allow_nan=False)
    assert again["champion"] is None
    assert again["paired"] == {}


def test_what_is_later_than_anything_learned_from_is_told_apart() -> None:
    later = appraised.appraisal()["later"]
    cut = appraised.dataset().cut
    assert cut is not None
    assert later["rows"] == int(cut.later.sum())
    assert 0 < later["candidate"]["figures"]["auc"]["value"] < 1


def test_parts_add_up_and_golden_rows_score_as_the_file_says() -> None:
    checks = appraised.appraisal()["checks"]
    assert checks["additivity_error"] < 1e-6
    assert checks["golden_error"] < 1e-6
    model, other = small_model.model(), small_model.model(seed=1)
    assert golden_error(other, appraised.candidate().artefact) > 1e-3
    scores = model.probabilities(golden_matrix())
    assert additivity_error(model, golden_matrix(), scores + 0.001) == pytest.approx(0.001, rel=1e-3)


def test_each_unit_is_told_whom_both_would_raise_beside_what_it_can_do() -> None:
    units = [UnitToday("u-1", "Cardiology", 12, golden_matrix()[:10]), UnitToday("u-2", "Empty", 0, golden_matrix()[:0])]
    found = appraise(
        appraised.dataset(), appraised.candidate(), small_model.model(seed=1), seed=appraised.SEED, draws=5, units=units
    )
    full, empty = found["burden"]
    assert (full["unit"], full["encounters"], full["capacity"]) == ("Cardiology", 12, 2)
    assert 0 < full["candidate_flagged"] <= 10
    assert (empty["candidate_flagged"], empty["champion_flagged"]) == (0, 0)


def test_training_data_are_held_against_those_of_the_champion() -> None:
    shifted = small_model.dataset().training.matrix.copy()
    shifted[:, 0] = np.nan
    reference = profiles.profile_of(shifted, np.full(len(shifted), 0.1))
    found = appraise(appraised.dataset(), appraised.candidate(), None, seed=appraised.SEED, draws=5, champion_profile=reference)
    features = found["data_drift"]["features"]
    assert max(features, key=lambda name: features[name]["psi"]) == next(iter(reference["features"]))
    assert appraised.appraisal()["data_drift"] is None


def test_the_gate_finds_its_measures_and_groups() -> None:
    measured = measures_of(appraised.appraisal(with_champion=True))
    assert {"auc", "brier_skill", "calibration_slope", "recall_top_20", "auc_difference", "golden_error"} <= measured.keys()
    assert measures_of({}) == {}
    groups = {group.name: group for group in groups_from(appraised.appraisal(), figure="auc")}
    assert groups["sex: female"].events is not None
    assert 0 < (groups["sex: female"].value or 0) < 1


def test_units_are_read_with_those_who_are_on_them_now_and_no_others(cardiology: CareUnit, nephrology: CareUnit) -> None:
    encounter_on(cardiology, discharged_at=None)
    encounter_on(cardiology, discharged_at=None, discharge_disposition=11)
    found = {unit.name: unit for unit in units_today()}
    assert {name: unit.encounters for name, unit in found.items()} == {"Cardiology": 1, "Nephrology": 0}
    assert found["Cardiology"].matrix.shape[0] == 1


@pytest.mark.parametrize(
    ("changed", "is_fair"),
    [
        ({}, True), ({"sha256": "another week"}, True), ({"seed": 8}, False), ({"protocol": "C"}, False),
        ({"composition": {"provenance": "ehr"}, "sha256": "1"}, False), ({"source": "database", "sha256": "1"}, False),
    ],
)  # fmt: skip
def test_a_champion_that_may_have_learned_from_the_held_out_patients_is_named_as_such(
    changed: dict[str, object], *, is_fair: bool
) -> None:
    dataset = appraised.dataset()
    learned_from = {**dataset.as_json(), **changed}
    assert (caution_about(learned_from, dataset) == "") is is_fair
