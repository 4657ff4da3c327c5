"""Training on SageMaker, end to end against moto's server; the test is the machine that runs the container's step."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from pytest_django import Settings

from config.environment import ROOT
from mlops import aws
from mlops.backends.base import Job, JobStatus
from mlops.backends.sagemaker import SageMakerBackend
from mlops.backends.source import archive
from mlops.blobs import MemoryBlobs, S3Blobs
from mlops.errors import CloudError, OperationError, TrainedArtefactRefusedError
from predictions.engines import artefact
from predictions.features import schema_hash
from tests.aws import BUCKET, job_in_moto, started
from tests.mlops.backends.container import filled, started_in
from tests.mlops.backends.jobs import small_job

pytestmark = pytest.mark.processes
STORE = f"s3://{BUCKET}/training"


@pytest.fixture
def blobs(cloud: str) -> S3Blobs:
    return S3Blobs(STORE)


@pytest.fixture
def backend(blobs: S3Blobs) -> SageMakerBackend:
    return SageMakerBackend(blobs=blobs)


@pytest.fixture
def job(blobs: S3Blobs) -> Job:
    return small_job(blobs)


def trained_in_a_container(job: Job, root: Path) -> subprocess.CompletedProcess[str]:
    told = aws.client("sagemaker").describe_training_job(TrainingJobName=job.name)
    filled(root, channels=told["InputDataConfig"], parameters=told["HyperParameters"])
    return started_in(root)


def packed(folder: Path) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=path.name)
    return file.getvalue()


def archive_of(**files: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name.replace("__", "."))
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def upload(job: Job, data: bytes) -> None:
    aws.Bucket(f"{STORE}/output").put(f"{job.name}/output/model.tar.gz", data)


@pytest.fixture(scope="module")
def _kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def model_archive(backend: SageMakerBackend, job: Job, tmp_path: Path, _kept: dict[str, bytes]) -> bytes:
    """What the container leaves of the submitted job."""
    backend.submit(job)
    if "model" not in _kept:
        done = trained_in_a_container(job, tmp_path / "ml")
        assert done.returncode == 0, done.stderr
        _kept["model"] = packed(tmp_path / "ml" / "model")
    return _kept["model"]


def test_a_job_goes_all_the_way(backend: SageMakerBackend, job: Job, tmp_path: Path) -> None:
    assert backend.look(job).status is JobStatus.UNKNOWN
    backend.submit(job)
    row = job_in_moto(job.name)
    row.training_job_status = "InProgress"
    backend.submit(job)
    assert job_in_moto(job.name) is row  # the second submission started nothing
    done = trained_in_a_container(job, tmp_path / "ml")
    assert done.returncode == 0, done.stderr
    progress = (tmp_path / "ml" / "checkpoints" / "progress.json").read_bytes()
    S3Blobs(STORE).put(f"checkpoints/{job.name}/progress.json", progress)  # as SageMaker copies it while the job runs
    state = backend.look(job)
    assert (state.status, state.done) == (JobStatus.RUNNING, state.total)
    upload(job, packed(tmp_path / "ml" / "model"))
    row.training_job_status = "Completed"  # no event tells of it: it is found by asking
    assert backend.look(job).status is JobStatus.SUCCEEDED
    collected = backend.collect(job)
    sha256 = collected.report["artefact_sha256"]
    assert artefact.unpack(collected.artefact, sha256=sha256, feature_schema=schema_hash()).spread is not None


def test_a_job_is_asked_for_as_the_settings_say(backend: SageMakerBackend, job: Job, settings: Settings) -> None:
    settings.AWS_KMS_KEY = "alias/wardlight"
    settings.SAGEMAKER_SUBNETS, settings.SAGEMAKER_SECURITY_GROUPS = ["subnet-1"], ["sg-1"]
    told = backend.definition(job.name, place=job.place, spec=job.spec)
    assert told["ResourceConfig"]["InstanceType"] == "ml.m5.2xlarge"
    assert told["EnableManagedSpotTraining"]
    assert told["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    assert told["VpcConfig"] == {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    assert told["OutputDataConfig"]["KmsKeyId"] == told["ResourceConfig"]["VolumeKmsKeyId"] == "alias/wardlight"
    settings.SAGEMAKER_SPOT = False
    assert "MaxWaitTimeInSeconds" not in backend.definition(job.name, place=job.place, spec=job.spec)["StoppingCondition"]


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        ("Failed", "AlgorithmError: The learner has no parameter 'x'.", True),
        ("Failed", "InternalServerError: We encountered an internal error. Please try again.", False),
        ("Stopped", "", False),
    ],
)
def test_a_job_that_failed_says_why_and_whether_it_passes(
    backend: SageMakerBackend, job: Job, status: str, reason: str, *, permanent: bool
) -> None:
    backend.submit(job)
    row = job_in_moto(job.name)
    row.training_job_status, row.failure_reason = status, reason or None
    state = backend.look(job)
    assert (state.status, state.permanent) == (JobStatus.FAILED, permanent)
    assert state.reason == (reason or "The training job was stopped before it was done.")


def test_a_job_that_ran_out_of_time_is_not_begun_again(backend: SageMakerBackend, job: Job, settings: Settings) -> None:
    settings.TRAINING_MOST_SECONDS = 1800
    backend.submit(job)
    row = job_in_moto(job.name)
    row.training_job_status, row.secondary_status = "Stopped", "MaxRuntimeExceeded"
    state = backend.look(job)
    assert (state.status, state.permanent) == (JobStatus.FAILED, True)
    assert "not done after the 30 minutes" in state.reason


def test_source_that_was_changed_in_the_bucket_is_not_run(backend: SageMakerBackend, job: Job, tmp_path: Path) -> None:
    backend.submit(job)
    source = next(path for path in S3Blobs(STORE).list("source") if path.endswith("source.tar.gz"))
    S3Blobs(STORE).put(source, archive_of(**{"mlops/entrypoint__py": b"open('stolen', 'w')"}))
    done = trained_in_a_container(job, tmp_path / "ml")
    assert done.returncode == 1
    assert "SHA-256" in (tmp_path / "ml" / "output" / "failure").read_text()
    assert not list(tmp_path.rglob("entrypoint.py"))


def test_half_an_upload_is_refused(backend: SageMakerBackend, job: Job, model_archive: bytes) -> None:
    for length in (len(model_archive) // 2, 20, 0):
        upload(job, model_archive[:length])
        with pytest.raises(TrainedArtefactRefusedError):
            backend.collect(job)


def test_a_job_that_left_nothing_is_refused(backend: SageMakerBackend, job: Job) -> None:
    backend.submit(job)
    with pytest.raises(TrainedArtefactRefusedError, match="left no model"):
        backend.collect(job)


def test_another_digest_is_refused(backend: SageMakerBackend, job: Job, model_archive: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(model_archive)) as tar:
        model, report = (tar.extractfile(name).read() for name in ("model", "report.json"))  # type: ignore[union-attr]
    upload(job, archive_of(model=model[:-1] + bytes([model[-1] ^ 1]), report__json=report))
    with pytest.raises(TrainedArtefactRefusedError, match="SHA-256 differs"):
        backend.collect(job)


def test_a_model_of_other_data_is_refused(backend: SageMakerBackend, job: Job, model_archive: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(model_archive)) as tar:
        model, report = (tar.extractfile(name).read() for name in ("model", "report.json"))  # type: ignore[union-attr]
    upload(job, archive_of(model=model, report__json=report.replace(job.data_sha256.encode(), b"0" * 64)))
    with pytest.raises(TrainedArtefactRefusedError, match="another data sha256"):
        backend.collect(job)


def test_an_archive_that_leads_elsewhere_or_never_ends_is_refused(backend: SageMakerBackend, job: Job) -> None:
    backend.submit(job)
    link = io.BytesIO()
    with tarfile.open(fileobj=link, mode="w:gz") as tar:
        entry = tarfile.TarInfo("model")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    bomb = tarfile.TarInfo("report.json")
    bomb.size = 10 * 1024**3
    for data in (link.getvalue(), gzip.compress(bomb.tobuf()), archive_of(**{"../model": b"x"})):
        upload(job, data)
        with pytest.raises(TrainedArtefactRefusedError):
            backend.collect(job)


def test_a_bucket_that_does_not_answer_is_a_reason_that_passes(settings: Settings, backend: SageMakerBackend, job: Job) -> None:
    server, address = started()
    server.stop()
    settings.AWS_ENDPOINT = address
    for verb in (backend.look, backend.submit, backend.collect):
        with pytest.raises(CloudError, match="not reached") as told:
            verb(job)
        assert not told.value.permanent


def test_a_running_job_can_be_stopped(backend: SageMakerBackend, job: Job) -> None:
    backend.cancel(job)  # nothing to stop
    backend.submit(job)
    backend.cancel(job)  # has ended already
    assert backend.look(job).status is JobStatus.SUCCEEDED


def test_the_same_source_makes_the_same_archive_and_holds_only_packages() -> None:
    data = archive(ROOT)
    assert data == archive(ROOT)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        names = tar.getnames()
    assert "mlops/entrypoint.py" in names
    assert {name.split("/")[0] for name in names} == {"clinical", "predictions", "mlops"}


def test_a_store_outside_of_s3_is_no_store_for_sagemaker() -> None:
    with pytest.raises(OperationError, match="s3://"):
        SageMakerBackend(blobs=MemoryBlobs())
