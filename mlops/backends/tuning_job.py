"""The search for a learner's parameters on SageMaker: many machines side by side, the same space as the search at home."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mlops import aws
from mlops.backends.base import Job, JobStatus
from mlops.backends.sagemaker import SageMakerBackend
from mlops.entrypoint import OBJECTIVE
from mlops.errors import TrainingFailedError
from mlops.tuning.spaces import SPACES, Range

LONGEST_NAME = 32
_STATUS = {
    "Completed": JobStatus.SUCCEEDED, "Failed": JobStatus.FAILED, "Stopped": JobStatus.FAILED, "DeleteFailed": JobStatus.FAILED,
}  # fmt: skip


@dataclass(frozen=True)
class Best:
    """The best point that the search found, and its objective: the mean AUC of its folds."""

    parameters: dict[str, int | float]
    auc: float


class TuningJob:
    """One search. Its name is at most 32 characters, because each of its trials is named after it."""

    def __init__(self, backend: SageMakerBackend, job: Job, *, name: str) -> None:
        self._backend, self._job, self._name = backend, job, name[:LONGEST_NAME]

    def submit(self, *, trials: int, beside: int) -> None:
        """`trials` in all, `beside` at the same time; started once for each name."""
        config = {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": OBJECTIVE},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": trials, "MaxParallelTrainingJobs": min(beside, trials)},
            "ParameterRanges": _ranges(self._job.engine),
            "RandomSeed": self._job.seed,
        }
        with aws.refusals("Starting the tuning job"):
            try:
                aws.client("sagemaker").create_hyper_parameter_tuning_job(
                    HyperParameterTuningJobName=self._name, HyperParameterTuningJobConfig=config,
                    TrainingJobDefinition=self._definition(),
                )  # fmt: skip
            except aws.ClientError as refused:
                if aws.code_of(refused) != "ResourceInUse":
                    raise

    def look(self) -> JobStatus:
        return _STATUS.get(self._described()["HyperParameterTuningJobStatus"], JobStatus.RUNNING)

    def best(self) -> Best:
        """TrainingFailedError where no trial has ended well."""
        told = self._described().get("BestTrainingJob") or {}
        metric = told.get("FinalHyperParameterTuningJobObjectiveMetric") or {}
        tuned = told.get("TunedHyperParameters") or {}
        try:
            point = {name: _number(tuned[name], place) for name, place in SPACES[self._job.engine].items()}
        except (KeyError, ValueError) as error:
            msg = "The tuning job names no best point of the space that it was given."
            raise TrainingFailedError(msg) from error
        return Best(point, float(metric["Value"]))

    def cancel(self) -> None:
        with aws.refusals("Stopping the tuning job"):
            aws.client("sagemaker").stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=self._name)

    def _described(self) -> dict[str, Any]:
        with aws.refusals("Asking for the tuning job"):
            return dict(aws.client("sagemaker").describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=self._name))

    def _definition(self) -> dict[str, Any]:
        """As a training job's; what tells a trial from a training stands in the specification."""
        spec = {**self._job.spec, "task": "trial"}
        definition = self._backend.definition(self._name, place=self._job.place, spec=spec)
        definition.pop("Tags")
        definition["StaticHyperParameters"] = {"spec": json.dumps(spec)}
        definition.pop("HyperParameters")
        metric = {"Name": OBJECTIVE, "Regex": f"{OBJECTIVE}=([0-9.]+)"}
        definition["AlgorithmSpecification"] = {
            # a tuning job takes no entry point: the image's own `train` starts the same script
            **{name: value for name, value in definition["AlgorithmSpecification"].items() if name != "ContainerEntrypoint"},
            "MetricDefinitions": [metric],
        }
        return definition


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
    if not place.least <= value <= place.most:
        msg = "outside of the space"
        raise ValueError(msg)
    return int(value) if _is_whole(place) else value


def _is_whole(place: Range) -> bool:
    return isinstance(place.least, int) and isinstance(place.most, int)
