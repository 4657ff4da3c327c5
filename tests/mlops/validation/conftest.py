"""One small validation for the whole room: a synthetic cohort in the data set's format, few draws, all of the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinical.cohort import files
from clinical.cohort.generator import generate
from mlops.datasets import Protocol
from mlops.validation.result import ValidationResult
from mlops.validation.validating import Wanted, validate

DRAWS = 30


@pytest.fixture(scope="session")
def cohort_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cohort") / "cohort.csv"
    files.write(files.as_bytes(generate(encounters=5000, seed=11)), path)
    return path


@pytest.fixture(scope="session")
def result(cohort_file: Path) -> ValidationResult:
    steps: list[None] = []
    wanted = Wanted(cohort_file, Protocol.BY_PATIENT, 7, draws=DRAWS, repeats=2, command="manage.py validate_model --seed 7")
    found = validate(wanted, on_step=lambda: steps.append(None))
    assert len(steps) == wanted.steps
    return found
