"""Training on SageMaker: source and data go to S3, a job reads them there, and its model is fetched and checked.

The state of a job is asked of the service each time. Events only say that it may be worth asking earlier; one that never
comes changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from mlops import aws
from mlops.backends.base import Collected, Job, JobState, JobStatus, checked, progress_of
from mlops.backends.packed import MOST_BYTES, model_and_report
from mlops.backends.source import archive
from mlops.blobs import BlobStore, S3Blobs
from mlops.entrypoint import CHANNEL, PROGRESS
from mlops.errors import BlobMissingError, CloudError, OperationError, TrainedArtefactRefusedError
from mlops.frozen import TRAINING
from mlops.frozen_rows import sha256_of

_STATUS = {
    "InProgress": JobStatus.RUNNING, "Stopping": JobStatus.RUNNING, "Completed": JobStatus.SUCCEEDED,
    "Failed": JobStatus.FAILED, "Stopped": JobStatus.FAILED,
}  # fmt: skip
# what SageMaker says of its own troubles; a failure of the training script begins with AlgorithmError
_PASSING = ("InternalServerError", "CapacityError", "ServiceUnavailable")
_STOPPED = "The training job was stopped before it was done."
_OUT_OF_TIME = "MaxRuntimeExceeded"
_VOLUME_GIB = 30


class SageMakerBackend:
    """Jobs under the training store's address, as the role of the settings."""

    def __init__(self, *, blobs: BlobStore) -> None:
        if not isinstance(blobs, S3Blobs):
            msg = "SageMaker reads its data from S3: WARDLIGHT_TRAINING_STORE must begin with s3://."
            raise OperationError(msg)
        self._blobs = blobs

    def submit(self, job: Job) -> None:
        if _described(job.name) is not None:
            return
        definition = self.definition(job.name, place=job.place, spec=job.spec)
        with aws.refusals("Starting the training job"):
            try:
                aws.client("sagemaker").create_training_job(TrainingJobName=job.name, **definition)
            except aws.ClientError as refused:
                if aws.code_of(refused) != "ResourceInUse":  # another worker was quicker
                    raise

    def look(self, job: Job) -> JobState:
        told = _described(job.name)
        if told is None:
            return JobState(JobStatus.UNKNOWN)
        status = _STATUS.get(told["TrainingJobStatus"], JobStatus.RUNNING)
        if status is JobStatus.RUNNING:
            done, total = self._progress(job)
            return JobState(status, done=done, total=total)
        if status is JobStatus.FAILED:
            return _failure(told)
        return JobState(status)

    def collect(self, job: Job) -> Collected:
        told = _described(job.name) or {}
        expected = f"{self._folder('output')}/{job.name}/"
        address = str(told.get("ModelArtifacts", {}).get("S3ModelArtifacts", ""))
        if not address.startswith(expected):
            msg = "The training job names a model in a place that it was not given."
            raise TrainedArtefactRefusedError(msg)
        data = aws.Bucket(expected).get(address.removeprefix(expected), most_bytes=MOST_BYTES)
        if data is None:
            msg = "The training job ended, and left no model."
            raise TrainedArtefactRefusedError(msg)
        artefact, report = model_and_report(data)
        return checked(job, artefact=artefact, report=report)

    def cancel(self, job: Job) -> None:
        told = _described(job.name)
        if told is None or told["TrainingJobStatus"] != "InProgress":
            return
        with aws.refusals("Stopping the training job"):
            try:
                aws.client("sagemaker").stop_training_job(TrainingJobName=job.name)
            except aws.ClientError as refused:
                if aws.code_of(refused) not in _ABSENT:  # it ended in the meantime
                    raise

    def definition(self, name: str, *, place: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about a job but its name. No entry point is given: the image's own `train` (deploy/sagemaker) starts
        the source that is named here by its digest, in a training job as in a trial of a search.
        """
        source, source_sha256 = self._source()
        told = {**spec, "source_sha256": source_sha256, "most_seconds": settings.TRAINING_MOST_SECONDS}
        return {
            "AlgorithmSpecification": {"TrainingImage": settings.SAGEMAKER_IMAGE, "TrainingInputMode": "File"},
            "RoleArn": settings.SAGEMAKER_ROLE,
            "HyperParameters": {"spec": json.dumps(told)},
            "InputDataConfig": [
                _channel(CHANNEL, self._blobs.address(f"{place}/{TRAINING}") + "/"),
                _channel("source", source),
            ],
            "OutputDataConfig": {"S3OutputPath": self._folder("output"), **_key_as("KmsKeyId")},
            "CheckpointConfig": {"S3Uri": f"{self._folder('checkpoints')}/{name}/", "LocalPath": "/opt/ml/checkpoints"},
            "ResourceConfig": {
                "InstanceType": settings.SAGEMAKER_INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": _VOLUME_GIB,
                **_key_as("VolumeKmsKeyId"),
            },
            "StoppingCondition": _longest(),
            "EnableManagedSpotTraining": settings.SAGEMAKER_SPOT,
            "EnableNetworkIsolation": True,
            "EnableInterContainerTrafficEncryption": True,
            "Tags": [{"Key": "application", "Value": "wardlight"}, {"Key": "job", "Value": name}],
            **_network(),
        }  # fmt: skip

    def _source(self) -> tuple[str, str]:
        """Its folder's address and its digest; uploaded once for each state of the source."""
        data = archive(settings.BASE_DIR)
        sha256 = sha256_of(data)
        folder = f"source/{sha256}"
        if not self._blobs.exists(f"{folder}/source.tar.gz"):
            self._blobs.put(f"{folder}/source.tar.gz", data)
        return self._blobs.address(folder) + "/", sha256

    def _progress(self, job: Job) -> tuple[int, int]:
        try:
            return progress_of(self._blobs.get(f"checkpoints/{job.name}/{PROGRESS}"))
        except (BlobMissingError, CloudError):
            return 0, 0

    def _folder(self, name: str) -> str:
        return self._blobs.address(name)


_ABSENT = {"ValidationException", "ValidationError", "ResourceNotFound"}
_NOT_THERE = ("not found", "could not find")  # a name that the service does not take has the same code


def _described(name: str) -> dict[str, Any] | None:
    """What the service tells of the job; None where it knows none."""
    with aws.refusals("Asking for the training job"):
        try:
            return dict(aws.client("sagemaker").describe_training_job(TrainingJobName=name))
        except aws.ClientError as refused:
            if aws.code_of(refused) in _ABSENT and any(words in str(refused).lower() for words in _NOT_THERE):
                return None
            raise


def _failure(told: Mapping[str, Any]) -> JobState:
    reason = str(told.get("FailureReason") or _STOPPED)[:250]
    if told.get("SecondaryStatus") == _OUT_OF_TIME:
        minutes = settings.TRAINING_MOST_SECONDS // 60
        return JobState(JobStatus.FAILED, f"The training job was not done after the {minutes:,} minutes that it may take.")
    passing = told["TrainingJobStatus"] == "Stopped" or reason.startswith(_PASSING)
    return JobState(JobStatus.FAILED, reason, permanent=not passing)


def _longest() -> dict[str, int]:
    most = settings.TRAINING_MOST_SECONDS
    waiting = {"MaxWaitTimeInSeconds": max(most, settings.SAGEMAKER_WAIT_SECONDS)} if settings.SAGEMAKER_SPOT else {}
    return {"MaxRuntimeInSeconds": most, **waiting}


def _key_as(name: str) -> dict[str, str]:
    return {name: settings.AWS_KMS_KEY} if settings.AWS_KMS_KEY else {}


def _channel(name: str, address: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": address, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, "CompressionType": "None", "InputMode": "File"}


def _network() -> dict[str, Any]:
    if not settings.SAGEMAKER_SUBNETS:
        return {}
    return {"VpcConfig": {"Subnets": settings.SAGEMAKER_SUBNETS, "SecurityGroupIds": settings.SAGEMAKER_SECURITY_GROUPS}}
