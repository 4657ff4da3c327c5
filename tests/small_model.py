"""A model that learns in a blink: a few trees on the golden rows, whose made-up outcome follows past inpatient stays."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from django.utils import timezone

from clinical.models import User
from mlops import recording, releases
from mlops.datasets import Dataset, Part, Protocol, Source
from mlops.evaluation import evaluate
from mlops.models import Evidence, RunState, RunStep, RunTrigger, TrainingRun
from mlops.training import train
from predictions.engines.boosted import BoostedParameters, BoostedTrees
from predictions.engines.calibrated import CalibratedModel
from predictions.features import build
from predictions.features.building import Matrix
from predictions.features.golden import golden_matrix, golden_table
from predictions.models import ModelVersion


def few_trees() -> BoostedTrees:
    return BoostedTrees(BoostedParameters(trees=25, min_child_weight=2, learning_rate=0.3))


@cache
def dataset(*, copies: int = 4, seed: int = 0) -> Dataset:
    """The golden rows of `copies` patients each; stays and age decide the outcome, with noise."""
    table = pl.concat([golden_table()] * copies)
    matrix = build(table)
    random = np.random.default_rng(seed)
    risk = 0.08 + 0.05 * np.minimum(table["inpatient_stays_prior_year"].to_numpy(), 8)
    readmitted = random.random(len(table)) < risk
    patients = np.arange(len(table)) // 2
    held_out = patients % 5 == 0
    whole = Part(matrix, readmitted, patients, table)
    return Dataset(
        source=Source.FILE, protocol=Protocol.BY_PATIENT, seed=seed, sha256="0" * 64, training=whole.of(~held_out),
        held_out=whole.of(held_out),
    )  # fmt: skip


@cache
def model(*, seed: int = 0) -> CalibratedModel:
    return train(dataset().training, seed=seed, engine=few_trees)


def recorded(*, seed: int = 0, requested_by: User | None = None) -> ModelVersion:
    """A candidate; another seed is another artefact."""
    held_out = dataset().held_out
    scores = model(seed=seed).probabilities(held_out.matrix)
    metrics = evaluate(scores, held_out.readmitted, held_out.patients, seed=0, draws=10)
    return recording.record(
        model=model(seed=seed), dataset=dataset(), held_out_scores=scores, metrics=metrics, requested_by=requested_by
    )


def examined(*, seed: int = 0, requested_by: User | None = None) -> ModelVersion:
    """A candidate of a training run, with sealed evidence: ready for a decision."""
    version = recorded(seed=seed, requested_by=requested_by)
    run = TrainingRun.objects.create(
        model_name=version.name, trigger=RunTrigger.COMMAND, requested_by=requested_by, version=version,
        state=RunState.AWAITING_APPROVAL, step=RunStep.DONE,
    )  # fmt: skip
    Evidence.objects.create(run=run, version=version, seal=f"{seed:064x}", sealed_at=timezone.now())
    return version


def promoted(by: User, *, seed: int = 0) -> ModelVersion:
    """The champion, on one person's word."""
    version = examined(seed=seed)
    releases.approve(version, by=by, reason="The evidence was read and holds.")
    version.refresh_from_db()
    return version


@cache
def wide_rows() -> Matrix:
    """The golden rows as the small model's learner reads them."""
    return model().wide(golden_matrix())
