"""A data set, a candidate, a champion and a run whose first two steps are done, small enough to appraise in a second."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl

from mlops import composition
from mlops.appraisal.appraising import Appraised, appraise
from mlops.blobs import blobs
from mlops.datasets import Cut, Dataset, Protocol
from mlops.frozen import freeze
from mlops.models import RunTrigger, TrainingRun
from predictions import artefacts
from predictions.engines.artefact import pack
from tests import small_model

SEED, DRAWS = 7, 40


@cache
def dataset() -> Dataset:
    """The small model's rows, cut: the last third of the held-out ones is later than what was learned from."""
    plain = small_model.dataset()
    rows = len(plain.held_out.readmitted)
    told = composition.of(plain.held_out.table, pl.Series(plain.held_out.readmitted), leaves_out=True) | {
        "provenance": "synthetic"
    }
    return Dataset(
        source=plain.source, protocol=Protocol.BY_PATIENT_AND_TIME, seed=SEED, sha256="0" * 64, training=plain.training,
        held_out=plain.held_out, cut=Cut("time of discharge", "2026-01-01T00:00:00+00:00", np.arange(rows) >= 2 * rows // 3),
        composition=told,
    )  # fmt: skip


@cache
def candidate() -> Appraised:
    return Appraised(small_model.model(), pack(small_model.model()))


@cache
def appraisal(*, with_champion: bool = False) -> dict[str, Any]:
    champion = small_model.model(seed=1) if with_champion else None
    return appraise(dataset(), candidate(), champion, seed=SEED, draws=DRAWS)


def run_with_a_model(**specification: Any) -> TrainingRun:
    """Assembled and trained; what follows is to be evaluated."""
    frozen = freeze(dataset(), blobs=blobs(), place="a-run")
    sha256 = artefacts.store().put(candidate().artefact)
    wanted = {"source": "database", "protocol": "T", "engine": "boosted", "seed": SEED, "gate": "demonstration"}
    return TrainingRun.objects.create(
        model_name="readmission-30d", trigger=RunTrigger.COMMAND, specification={**wanted, **specification},
        findings={
            "assemble": {"data": dataset().as_json(), "frozen": {"place": frozen.place, "sha256": frozen.sha256}},
            "train": {"artefact_sha256": sha256, "report": {}},
        },
    )  # fmt: skip
