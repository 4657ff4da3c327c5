"""Evaluate, gate and card as the pipeline takes them: twice, with one outcome, and nothing outside of the run's evidence."""

from __future__ import annotations

import pytest

from mlops.errors import FrozenDataRefusedError, GateProfileMissingError
from mlops.models import Evidence, TrainingRun
from mlops.steps import card, evaluate, gate
from predictions.errors import PredictionError
from predictions.models import ModelStatus, ModelVersion
from tests import small_model
from tests.mlops.appraised import run_with_a_model

pytestmark = pytest.mark.django_db


def taken(run: TrainingRun) -> Evidence:
    for step in (evaluate, gate, card):
        run.findings = {**run.findings, step.__name__.rpartition(".")[2]: step.take(run)}
    run.save()
    return Evidence.objects.get(run=run)


def test_a_run_ends_with_an_appraisal_a_verdict_and_a_complete_card() -> None:
    run = run_with_a_model()
    evidence = taken(run)
    assert (evidence.card["missing"], evidence.card["complete"]) == ([], True)
    assert len(evidence.card["attributes"]) == 31
    assert evidence.verdict["profile"] == "demonstration"
    assert run.findings["gate"]["passed"] == evidence.verdict["passed"]
    assert evidence.appraisal["candidate"]["figures"]["auc"] == run.findings["evaluate"]["auc"]
    assert evidence.compared_with is None
    assert {clause["name"]: clause["note"] for clause in evidence.verdict["clauses"]}["auc_difference"] == (
        "does not apply: there is no champion"
    )


def test_taken_twice_they_leave_the_same_evidence() -> None:
    run = run_with_a_model()
    first = taken(run)
    second = taken(run)
    assert first.pk == second.pk
    parts = ("appraisal", "verdict", "card")
    assert [getattr(first, part) for part in parts] == [getattr(second, part) for part in parts]


def test_the_champion_of_the_moment_stands_beside_the_candidate() -> None:
    champion = small_model.recorded(seed=1)
    ModelVersion.objects.filter(pk=champion.pk).update(status=ModelStatus.CHAMPION)
    evidence = taken(run_with_a_model())
    assert evidence.compared_with == champion
    assert evidence.appraisal["champion"]["figures"]["auc"]["value"] > 0
    difference = next(clause for clause in evidence.verdict["clauses"] if clause["name"] == "auc_difference")
    assert (difference["applies"], difference["value"]) == (True, evidence.appraisal["paired"]["auc_difference"]["value"])
    assert "Champion" in [row["head"] for row in evidence.card["comparators"]]


def test_a_candidate_that_fails_the_gate_is_a_finding_and_the_log_says_why() -> None:
    run = run_with_a_model(gate="strict")
    evidence = taken(run)
    assert not evidence.verdict["passed"]
    assert "subgroup_auc" not in run.findings["gate"]["failed"]
    said = list(run.lines.values_list("text", flat=True))
    assert len(said) == len(run.findings["gate"]["failed"]) > 0
    assert all(line.startswith("Failed: ") for line in said)


def test_a_gate_profile_that_there_is_not_ends_the_run_with_its_name() -> None:
    run = run_with_a_model(gate="lenient")
    evaluate.take(run)
    with pytest.raises(GateProfileMissingError, match="no gate profile called 'lenient'; there are default, strict"):
        gate.take(run)


def test_data_that_are_not_those_of_the_run_are_refused() -> None:
    run = run_with_a_model()
    run.findings["assemble"]["frozen"]["sha256"] = "f" * 64
    with pytest.raises(FrozenDataRefusedError, match="not what was frozen"):
        evaluate.take(run)


def test_an_artefact_that_is_not_the_trained_one_is_refused() -> None:
    run = run_with_a_model()
    run.findings["train"]["artefact_sha256"] = "f" * 64
    with pytest.raises(PredictionError):
        evaluate.take(run)
    assert not Evidence.objects.exists()
