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


# a second candidate with the trees of the first
A_TWIN = """
INSERT INTO predictions_modelversion (public_id, name, number, engine, artefact_sha256, feature_schema_id, parameters,
    training_data, metrics, bands, reliability, status, trained_at)
SELECT gen_random_uuid(), name, 2, engine, artefact_sha256, feature_schema_id, parameters, training_data, metrics, bands,
    reliability, status, trained_at
FROM predictions_modelversion
"""


@pytest.fixture
def cohort(fresh_database: FreshDatabase) -> FreshDatabase:
    for arguments in (["make_cohort", "--encounters", "1500", "--seed", "5"], ["make_demo_accounts"]):
        done = fresh_database.manage(*arguments)
        assert done.returncode == 0, done.stderr
    return fresh_database


def test_train_promote_and_score_by_command(cohort: FreshDatabase, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    trained = cohort.manage("train_model", "--seed", "3", "--json", str(figures))
    assert "Recorded as readmission-30d v1, candidate." in trained.stdout, trained.stderr
    assert 0.5 < json.loads(figures.read_text())["metrics"]["auc"]["value"] < 0.8
    assert "is not a model approver" in cohort.manage("promote_model", "--by", "nurse").stderr
    assert "There is no version 9." in cohort.manage("promote_model", "9", "--by", "approver").stderr
    assert "No model has been promoted yet." in cohort.manage("score_all").stderr
    assert "v1 is the champion" in cohort.manage("promote_model", "--by", "approver").stdout
    assert "encounters scored" in cohort.manage("score_all", "--only-unscored").stdout
    assert cohort.manage("score_all", "--only-unscored").stdout.startswith("0 encounters scored")


def test_two_promotions_at_once_leave_one_champion(cohort: FreshDatabase) -> None:
    assert cohort.manage("train_model").returncode == 0
    with cohort.link() as link:
        link.execute(A_TWIN)
    both = [
        subprocess.Popen(
            [sys.executable, "manage.py", "promote_model", number, "--by", "approver"],
            cwd=ROOT, env=cohort.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in ("1", "2")
    ]  # fmt: skip
    assert [process.wait(60) for process in both] == [0, 0]
    for process in both:
        process.communicate()
    with cohort.link() as link:
        rows = link.execute("SELECT status FROM predictions_modelversion ORDER BY status").fetchall()
    assert rows == [("champion",), ("retired",)]
