"""The layers, and what a process may carry in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from config.environment import ROOT

HEAVY = ["xgboost", "polars", "narwhals", "sklearn", "scipy", "numpy", "torch", "mlflow", "pandas"]
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


def test_reading_an_explanation_loads_no_numeric_library() -> None:
    assert _printed_by("import predictions.explain, predictions.bands;" + LIST_LOADED.format(heavy=HEAVY)) == []


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
