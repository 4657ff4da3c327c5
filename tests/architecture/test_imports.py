"""The layers, and what a process may carry in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import ROOT
from predictions.engines import artefact
from predictions.engines.calibrated import CalibratedModel, Calibration
from tests.predictions.test_engines import fitted

HEAVY = [
    "xgboost", "polars", "narwhals", "sklearn", "scipy", "numpy", "torch", "mlflow", "pandas", "onnxruntime", "onnx", "optuna",
    "deltalake", "pyarrow", "pyspark",
]  # fmt: skip
ONLY_TO_LEARN = ["torch", "onnx", "onnxscript", "optuna", "pyspark"]
# what each learner's own library brings along; none may bring another's
BROUGHT = {"boosted": {"xgboost", "scipy"}, "linear": set(), "network": {"onnxruntime"}}
LIST_LOADED = "import json, sys; print(json.dumps([name for name in {heavy!r} if name in sys.modules]))"


def test_an_arrow_between_packages_runs_down_only() -> None:
    done = subprocess.run(["lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False, env=_with_scripts())
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("role", ["web", "beat"])
def test_a_process_that_shows_pages_loads_no_numeric_library(role: str) -> None:
    program = (
        "import django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        "from django.contrib import admin; admin.autodiscover();" + LIST_LOADED.format(heavy=HEAVY)
    )
    assert _printed_by(program, role=role) == []


@pytest.mark.parametrize("role", ["web", "api", "worker"])
def test_whoever_knows_the_tasks_knows_nothing_of_the_registers_vendor(role: str) -> None:
    """Every worker can deliver to the register; its library is read when there is something to tell."""
    program = (
        "import django; django.setup(); import config.urls, predictions.scoring, predictions.champion, mlops.tasks;"
        "import mlops.register.handlers, mlops.register.choosing;" + LIST_LOADED.format(heavy=["mlflow"])
    )
    assert _printed_by(program, role=role, MLFLOW_TRACKING_URI="http://127.0.0.1:1") == []


def test_reading_an_explanation_loads_no_numeric_library() -> None:
    assert _printed_by("import predictions.explain, predictions.bands;" + LIST_LOADED.format(heavy=HEAVY)) == []


@pytest.mark.parametrize("engine", BROUGHT)
def test_a_process_that_scores_loads_nothing_that_is_only_there_to_learn(engine: str, tmp_path: Path) -> None:
    if engine == "network":
        pytest.importorskip("torch", reason="the network is learned with torch, which is not installed here")
    file = tmp_path / "model"
    file.write_bytes(artefact.pack(CalibratedModel(fitted(engine), Calibration())))
    program = (
        "import django; django.setup(); from pathlib import Path;"
        "from predictions.engines import artefact; from predictions.features import schema_hash;"
        "from predictions.features.golden import golden_matrix;"
        f"data = Path({str(file)!r}).read_bytes();"
        "model = artefact.unpack(data, sha256=artefact.sha256_of(data), feature_schema=schema_hash());"
        "model.explained(golden_matrix()); model.probabilities(golden_matrix());"
    )
    looked_for = [*ONLY_TO_LEARN, "xgboost", "sklearn", "scipy", "pandas", "onnxruntime"]
    loaded = _printed_by(program + LIST_LOADED.format(heavy=looked_for), role="api")
    assert isinstance(loaded, list)
    assert set(loaded) <= BROUGHT[engine]


def test_liveness_touches_neither_database_nor_broker() -> None:
    program = (
        "import django; django.setup(); from django.test import Client; import json;"
        "print(json.dumps([Client().get('/health/live').status_code]))"
    )
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    assert _printed_by(program, **nowhere) == [200]


def _printed_by(program: str, *, role: str = "web", **environment: str) -> object:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**_with_scripts(), "DJANGO_SETTINGS_MODULE": "config.settings", "WARDLIGHT_ROLE": role, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _with_scripts() -> dict[str, str]:
    return {**os.environ, "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"}
