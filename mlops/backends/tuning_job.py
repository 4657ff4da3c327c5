"""The search for a learner's parameters on SageMaker: many machines side by side, the same space as the search at home.

The service decides which points are tried, and keeps what came of them; here it is asked for by name, looked at, and its best
point read. Whoever asks again under the same name finds the same search, so that nothing is lost with the one who waits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mlops import aws
from mlops.backends.base import JobStatus
from mlops.backends.sagemaker import SageMakerBackend
from mlops.blobs import BlobStore
from mlops.entrypoint import OBJECTIVE
from mlops.errors import StudyRefusedError, TrainingFailedError
from mlops.frozen import TRAINING
from mlops.frozen_rows import MANIFEST, FrozenRows, files_of, manifest_bytes, sha256_of
from mlops.training import Rows
from mlops.tuning.spaces import SPACES, Range

LONGEST_NAME = 32  # the service's own: each trial is named after its search
_STATUS = {
    "Completed": JobStatus.SUCCEEDED, "Failed": JobStatus.FAILED, "Stopped": JobStatus.FAILED, "DeleteFailed": JobStatus.FAILED,
}  # fmt: skip
_ABSENT = "ResourceNotFound"
_STOPPED = "The search was stopped before it was done."


@dataclass(frozen=True)
class Search:
    """What is searched for. `source` and `protocol` say which rows, in words; `trials` how many points in all."""

    engine: str
    seed: int
    trials: int
    source: str
    protocol: str


@dataclass(frozen=True)
class Best:
    """A point of the space and its objective: the mean AUC of its folds."""

    parameters: dict[str, int | float]
    auc: float


@dataclass(frozen=True)
class SearchState:
    """What a look at a search found; of its trials, how many stand where."""

    status: JobStatus
    reason: str = ""
    ended: int = 0
    running: int = 0
    failed: int = 0
    best_auc: float | None = None


class TuningJob:
    """One search, known by its name."""

    def __init__(self, backend: SageMakerBackend, search: Search, *, name: str) -> None:
        self._backend, self.search, self.name = backend, search, name

    def submit(self, rows: Rows, *, beside: int, blobs: BlobStore) -> None:
        """Freeze the rows, and start: `beside` trials at the same time. Once for each name."""
        files = _files(rows)
        place = f"searches/{self.name}"
        for name, data in files.items():
            blobs.put(f"{place}/{TRAINING}/{name}", data)
        spec = self._spec(sha256_of(files[MANIFEST]))
        config = _config(self.search, beside=beside)
        with aws.refusals("Starting the search"):
            try:
                aws.client("sagemaker").create_hyper_parameter_tuning_job(
                    HyperParameterTuningJobName=self.name, HyperParameterTuningJobConfig=config,
                    TrainingJobDefinition=self._definition(place, spec),
                )  # fmt: skip
            except aws.ClientError as refused:
                if aws.code_of(refused) != "ResourceInUse":  # another command was quicker
                    raise

    def look(self) -> SearchState:
        """UNKNOWN where there is none of this name; StudyRefusedError where that one is another search."""
        told = self._described()
        if told is None:
            return SearchState(JobStatus.UNKNOWN)
        self._refuse_another(told)
        status = _STATUS.get(told["HyperParameterTuningJobStatus"], JobStatus.RUNNING)
        reason = str(told.get("FailureReason") or _STOPPED) if status is JobStatus.FAILED else ""
        counted = told.get("TrainingJobStatusCounters", {})
        best = told.get("BestTrainingJob", {}).get("FinalHyperParameterTuningJobObjectiveMetric", {})
        return SearchState(
            status,
            reason[:250],
            ended=counted.get("Completed", 0),
            running=counted.get("InProgress", 0),
            failed=counted.get("RetryableError", 0) + counted.get("NonRetryableError", 0) + counted.get("Stopped", 0),
            best_auc=float(best["Value"]) if "Value" in best else None,
        )

    def best(self) -> Best:
        """TrainingFailedError where no trial has ended well."""
        told = (self._described() or {}).get("BestTrainingJob") or {}
        tuned = told.get("TunedHyperParameters") or {}
        try:
            point = {name: _number(tuned[name], place) for name, place in SPACES[self.search.engine].items()}
            return Best(point, float(told["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]))
        except (KeyError, ValueError) as error:
            msg = "The search names no best point of the space that it was given."
            raise TrainingFailedError(msg) from error

    def _described(self) -> dict[str, Any] | None:
        with aws.refusals("Asking for the search"):
            try:
                return dict(aws.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=self.name))
            except aws.ClientError as refused:
                if aws.code_of(refused) == _ABSENT:
                    return None
                raise

    def _refuse_another(self, told: Mapping[str, Any]) -> None:
        """Its best point would be of other rows or of another learner."""
        begun = _told_spec(told)
        for name, value in asdict(self.search).items():
            if begun.get(name) != value:
                msg = f"The search {self.name} was begun with another {name}: {begun.get(name)}, not {value}."
                raise StudyRefusedError(msg)

    def _spec(self, data_sha256: str) -> dict[str, Any]:
        """As a training's; `task` tells a trial from a training, and each trial adds its own point to the parameters."""
        return {"job": self.name, "task": "trial", "parameters": {}, "data_sha256": data_sha256, **asdict(self.search)}

    def _definition(self, place: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        definition = self._backend.definition(self.name, place=place, spec=spec)
        definition.pop("Tags")  # those of a search are its own
        definition["StaticHyperParameters"] = definition.pop("HyperParameters")
        metric = {"Name": OBJECTIVE, "Regex": f"{OBJECTIVE}=([0-9.]+)"}
        definition["AlgorithmSpecification"] = {**definition["AlgorithmSpecification"], "MetricDefinitions": [metric]}
        return definition


def name_of(search: Search, rows: Rows) -> str:
    """The same search of the same rows in the same space has the same name."""
    space = {name: asdict(place) for name, place in SPACES[search.engine].items()}
    about = json.dumps([asdict(search), space, sha256_of(_files(rows)[MANIFEST])], sort_keys=True)
    return f"wardlight-{search.engine}-{hashlib.sha256(about.encode()).hexdigest()[:12]}"[:LONGEST_NAME]


def _files(rows: Rows) -> dict[str, bytes]:
    """The rows to learn from, and no others: a search has no use for those that models are judged on."""
    files = files_of(FrozenRows(rows.matrix, rows.readmitted, rows.patients))
    return {**files, MANIFEST: manifest_bytes(files)}


def _told_spec(told: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(json.loads(told["TrainingJobDefinition"]["StaticHyperParameters"]["spec"]))
    except (KeyError, TypeError, ValueError):
        return {}  # somebody else's job, which has nothing of ours


def _config(search: Search, *, beside: int) -> dict[str, Any]:
    return {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": OBJECTIVE},
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": search.trials, "MaxParallelTrainingJobs": min(beside, search.trials),
        },
        "ParameterRanges": _ranges(search.engine),
        "RandomSeed": search.seed,
    }  # fmt: skip


def _ranges(engine: str) -> dict[str, list[dict[str, str]]]:
    whole: list[dict[str, str]] = []
    broken: list[dict[str, str]] = []
    for name, place in SPACES[engine].items():
        told = {
            "Name": name, "MinValue": str(place.least), "MaxValue": str(place.most),
            "ScalingType": "Logarithmic" if place.by_factor else "Linear",
        }  # fmt: skip
        (whole if _is_whole(place) else broken).append(told)
    return {"IntegerParameterRanges": whole, "ContinuousParameterRanges": broken, "CategoricalParameterRanges": []}


def _number(text: str, place: Range) -> int | float:
    value = float(text)
    if not place.least <= value <= place.most or (_is_whole(place) and not value.is_integer()):
        msg = "outside of the space"
        raise ValueError(msg)
    return int(value) if _is_whole(place) else value


def _is_whole(place: Range) -> bool:
    return isinstance(place.least, int) and isinstance(place.most, int)
