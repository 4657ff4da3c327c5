"""What every place of training offers, and what must hold before anything that it made is taken in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from mlops.errors import TrainedArtefactRefusedError
from predictions.engines.artefact import sha256_of, unpack
from predictions.errors import PredictionError

MOST_BYTES_OF_MODEL, MOST_BYTES_OF_REPORT = 256 * 1024 * 1024, 1024 * 1024


@dataclass(frozen=True)
class Job:
    """One training, told completely; the same name is the same job. `place` holds the frozen data."""

    name: str
    place: str
    data_sha256: str  # of the manifest of the training rows
    engine: str
    parameters: Mapping[str, Any]
    seed: int
    feature_schema: str

    @property
    def spec(self) -> dict[str, Any]:
        """What the training script reads."""
        return {
            "job": self.name, "engine": self.engine, "parameters": dict(self.parameters), "seed": self.seed,
            "data_sha256": self.data_sha256,
        }  # fmt: skip


class JobStatus(StrEnum):
    """Where a job is. Nothing is known of one that was never submitted, or was forgotten."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class JobState:
    """What a look at a job found. `permanent`: whether the same job would fail again."""

    status: JobStatus
    reason: str = ""
    done: int = 0
    total: int = 0
    permanent: bool = True


@dataclass(frozen=True)
class Collected:
    """A model's file that passed every check, and the report of the training that made it."""

    artefact: bytes
    report: dict[str, Any]


class TrainingBackend(Protocol):
    """A place of training. All four verbs may be called again with the same job."""

    def submit(self, job: Job) -> None:
        """Start the job, unless it was started before."""
        ...

    def look(self, job: Job) -> JobState:
        """Where it is now, asked of the place itself: no message has to arrive for it."""
        ...

    def collect(self, job: Job) -> Collected:
        """What a job that succeeded has left; TrainedArtefactRefusedError where it is not whole, or is another."""
        ...

    def cancel(self, job: Job) -> None:
        """End it, if it still runs."""
        ...


def checked(job: Job, *, artefact: bytes, report: bytes) -> Collected:
    """What a job left, if it is whole, is what the report tells, and was learned from the job's own data."""
    told = _read(report)
    for name, wanted in {**job.spec, "feature_schema": job.feature_schema}.items():
        if told.get(name) != wanted:
            msg = f"The report of the training tells of another {name.replace('_', ' ')} than was asked for."
            raise TrainedArtefactRefusedError(msg)
    if sha256_of(artefact) != told.get("artefact_sha256"):
        msg = "The model's file is not the one that the training reports: its SHA-256 differs. It may be half uploaded."
        raise TrainedArtefactRefusedError(msg)
    try:
        unpack(artefact, sha256=told["artefact_sha256"], feature_schema=job.feature_schema)
    except PredictionError as refusal:
        msg = f"The trained model cannot be read back: {refusal}"
        raise TrainedArtefactRefusedError(msg) from refusal
    return Collected(artefact, told)


def progress_of(data: bytes) -> tuple[int, int]:
    """Done and total of a progress file; nothing of one that cannot be read."""
    try:
        told = json.loads(data)
        return max(0, int(told["done"])), max(0, int(told["total"]))
    except (ValueError, TypeError, KeyError):
        return 0, 0


def _read(report: bytes) -> dict[str, Any]:
    try:
        told = json.loads(report)
    except ValueError as error:
        msg = "The report of the training cannot be read."
        raise TrainedArtefactRefusedError(msg) from error
    if not isinstance(told, dict):
        msg = "The report of the training is not a report."
        raise TrainedArtefactRefusedError(msg)
    return told
