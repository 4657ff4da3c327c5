"""From an empty database to a scored worklist by the command line, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import ROOT
from tests.databases import FreshDatabase

pytestmark = pytest.mark.processes
WHY = "The evidence was read and holds."


@pytest.fixture
def cohort(fresh_database: FreshDatabase) -> FreshDatabase:
    for arguments in (["make_cohort", "--encounters", "2000", "--seed", "5"], ["make_demo_accounts"]):
        done = fresh_database.manage(*arguments)
        assert done.returncode == 0, done.stderr
    return fresh_database


def test_an_experiment_is_recorded_and_cannot_be_approved(cohort: FreshDatabase, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    trained = cohort.manage("train_model", "--seed", "3", "--json", str(figures))
    assert "Recorded as readmission-30d v1, candidate." in trained.stdout, trained.stderr
    assert 0.5 < json.loads(figures.read_text())["metrics"]["auc"]["value"] < 0.8
    refused = cohort.manage("approve_model", "--by", "approver", "--reason", WHY)
    assert "no sealed evidence" in refused.stderr


def test_retrain_approve_score_and_roll_back_by_command(cohort: FreshDatabase, tmp_path: Path) -> None:
    quick = tmp_path / "quick.json"
    quick.write_text(json.dumps({"trees": 30}))
    retrain = ["retrain", "--here", "--by", "approver2", "--gate", "demonstration", "--parameters", str(quick)]
    for _ in range(2):
        done = cohort.manage(*retrain)
        assert done.returncode == 0, done.stdout[-800:] + done.stderr[-800:]
    assert "is not a model approver" in cohort.manage("approve_model", "1", "--by", "nurse", "--reason", WHY).stderr
    assert "somebody else has to decide" in cohort.manage("approve_model", "1", "--by", "approver2", "--reason", WHY).stderr
    assert "There is no version 9." in cohort.manage("approve_model", "9", "--by", "approver", "--reason", WHY).stderr
    assert "No model has been promoted yet." in cohort.manage("score_all").stderr
    for number in ("1", "2"):
        said = cohort.manage("approve_model", number, "--by", "approver", "--reason", WHY)
        assert f"v{number} is the champion" in said.stdout, said.stderr
    assert "encounters scored" in cohort.manage("score_all", "--only-unscored").stdout
    assert cohort.manage("score_all", "--only-unscored").stdout.startswith("0 encounters scored")
    back = cohort.manage("rollback_model", "--by", "administrator", "--reason", "Alerts doubled over night.")
    assert "v1 is the champion again." in back.stdout, back.stderr


def test_of_two_decisions_at_once_one_wins_and_the_other_is_told(cohort: FreshDatabase, tmp_path: Path) -> None:
    quick = tmp_path / "quick.json"
    quick.write_text(json.dumps({"trees": 30}))
    done = cohort.manage("retrain", "--here", "--gate", "demonstration", "--parameters", str(quick))
    assert done.returncode == 0, done.stderr
    both = [
        subprocess.Popen(
            [sys.executable, "manage.py", "approve_model", "1", "--by", approver, "--reason", WHY],
            cwd=ROOT, env=cohort.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for approver in ("approver", "approver2")
    ]  # fmt: skip
    said = ["".join(process.communicate(timeout=60)) for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum("decided already" in words for words in said) == 1
    with cohort.link() as link:
        assert link.execute("SELECT count(*) FROM mlops_decision").fetchone() == (1,)
        assert link.execute("SELECT count(*) FROM mlops_tenure").fetchone() == (1,)
