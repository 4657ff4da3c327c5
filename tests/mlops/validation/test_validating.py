from __future__ import annotations

import json

import numpy as np
import pytest

from clinical.diabetes130.source import find_dataset
from mlops.datasets import Protocol
from mlops.validation.result import Repeat, Repeats, ValidationResult
from mlops.validation.validating import Wanted, validate, violated

QUOTED = ("auc", "auc_low", "auc_high", "auprc", "brier", "brier_skill", "ece", "slope", "citl", "recall_top20", "ppv_top20")
POINTS = ("lace", "hospital", "number_inpatient")


def test_every_quoted_figure_is_there_for_every_model(result: ValidationResult) -> None:
    found = result.as_json()
    assert set(found["engines"]) == {"boosted"}
    assert set(found["comparators"]) == {"lace", "hospital", "number_inpatient", "logistic", "reference"}
    for name, model in {**found["engines"], **found["comparators"]}.items():
        missing = {figure for figure in QUOTED if model[figure] is None}
        assert missing == ({"brier", "brier_skill", "ece", "slope", "citl"} if name in POINTS else set())
        assert model["auc_low"] <= model["auc"] <= model["auc_high"]


def test_the_result_is_plain_json_without_numbers_that_are_none(result: ValidationResult) -> None:
    text = json.dumps(result.as_json(), allow_nan=False)
    assert json.loads(text)["seed"] == 7


def test_all_models_are_judged_on_the_same_rows(result: ValidationResult) -> None:
    found = result.as_json()
    counts = [sum(part["rows"] for part in model["calibration"]) for model in found["engines"].values()]
    assert counts == [found["rows"]]
    assert found["data"]["flow"]["held_out"] == {
        "rows": found["rows"], "patients": found["patients"], "readmitted": found["readmitted"]
    }  # fmt: skip


def test_the_flow_from_file_to_held_out_rows_adds_up(result: ValidationResult) -> None:
    flow = result.data["flow"]
    left_out = sum(part["rows"] for part in flow["left_out"])
    assert flow["file"]["rows"] == left_out + flow["training"]["rows"] + flow["held_out"]["rows"] == 5000


def test_the_engine_is_compared_with_everything_else(result: ValidationResult) -> None:
    assert [difference.against for difference in result.differences] == [
        "lace", "hospital", "number_inpatient", "logistic", "reference"
    ]  # fmt: skip
    engine, comparators = result.engines["boosted"], result.comparators
    for difference in result.differences:
        other = comparators[difference.against].figures["auc"].value
        assert difference.figures["auc"].value == pytest.approx(engine.figures["auc"].value - other)


def test_the_calibrated_engine_promises_what_happens_and_the_reference_eight_times_as_much(result: ValidationResult) -> None:
    assert abs(result.engines["boosted"].figures["calibration_in_the_large"].value) < 0.5
    assert result.comparators["reference"].figures["calibration_in_the_large"].value < -1.2


def test_thresholds_are_chosen_on_training_scores_and_so_only_for_engines(result: ValidationResult) -> None:
    chosen = {threshold.name: threshold.value for threshold in result.engines["boosted"].thresholds}
    assert chosen["half"] == 0.5
    assert 0 < chosen["chosen"] < 0.5  # type: ignore[operator]  # an engine has one
    assert {threshold.name: threshold.value for threshold in result.comparators["logistic"].thresholds}["chosen"] is None


def test_net_benefit_goes_from_two_to_thirty_per_cent(result: ValidationResult) -> None:
    risks = [point.risk for point in result.engines["boosted"].net_benefit]
    assert (risks[0], risks[-1], len(risks)) == (0.02, 0.3, 29)


def test_no_leak_check_is_violated_on_a_clean_run(result: ValidationResult) -> None:
    assert violated(result) == []
    assert {"held_out_rows_in_encoder", "own_label_in_encoding", "label_signature", "implausible_auc"} <= {
        str(verdict["name"]) for verdict in result.leaks
    }


def test_further_seeds_are_the_next_ones_each_with_its_paired_interval(result: ValidationResult) -> None:
    repeats = result.repeats["boosted"]  # type: ignore[index]  # two were asked for
    assert [repeat.seed for repeat in repeats.seeds] == [8, 9]
    for repeat in repeats.seeds:
        assert repeat.difference.value == pytest.approx(repeat.auc - repeat.reference)
        assert repeat.difference.low <= repeat.difference.value <= repeat.difference.high  # type: ignore[operator]  # drawn


def test_the_spread_of_seeds_is_their_mean_and_standard_deviation(result: ValidationResult) -> None:
    one = result.repeats["boosted"].seeds[0]  # type: ignore[index]  # two were asked for
    spread = Repeats([Repeat(seed, auc, 0.66, one.difference) for seed, auc in ((1, 0.68), (2, 0.70))]).as_json()
    assert spread["auc_mean"] == pytest.approx(0.69)
    assert spread["auc_sd"] == pytest.approx(np.sqrt(2) / 100)
    assert spread["auc_least"] == 0.68


def test_intervals_of_scores_are_checked_on_held_out_patients(result: ValidationResult) -> None:
    told = result.as_json()["uncertainty"]["boosted"]
    assert told["of"] == len(told["groups"])
    assert sum(group["rows"] for group in told["groups"]) == result.rows


KNOWN = {
    Protocol.BY_PATIENT: {"lace": 0.571, "hospital": 0.596, "number_inpatient": 0.602, "logistic": 0.664, "reference": 0.662},
    Protocol.BY_ROW: {"lace": 0.584, "hospital": 0.589, "number_inpatient": 0.608, "logistic": 0.677, "reference": 0.683},
}


@pytest.mark.dataset
@pytest.mark.parametrize(("protocol", "rows"), [(Protocol.BY_PATIENT, 19_802), (Protocol.BY_ROW, 20_354)])
def test_comparators_on_the_published_file_are_what_is_known_of_them(protocol: Protocol, rows: int) -> None:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    result = validate(Wanted(path, protocol, 42, engines=(), draws=3))
    assert result.rows == rows
    found = {name: model.figures["auc"].value for name, model in result.comparators.items()}
    assert found == pytest.approx(KNOWN[protocol], abs=0.0015)
    assert violated(result) == []
