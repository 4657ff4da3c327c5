"""Training in a process of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.environment import ROOT
from mlops.backends.base import Job, JobState, JobStatus
from mlops.backends.local import LocalBackend
from mlops.blobs import FolderBlobs, MemoryBlobs
from mlops.errors import TrainedArtefactRefusedError
from predictions.engines import artefact
from predictions.features import schema_hash
from tests.mlops.backends.jobs import small_job

pytestmark = pytest.mark.processes
PATIENCE_SECONDS = 60.0
ENDLESS = {"trees": 60_000}


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[LocalBackend]:
    local = LocalBackend(tmp_path, blobs=FolderBlobs(tmp_path))
    yield local
    local.end_all()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return small_job(FolderBlobs(tmp_path))


@pytest.fixture
def long_job(tmp_path: Path) -> Job:
    return small_job(FolderBlobs(tmp_path), parameters=ENDLESS)


def until(look: Callable[[], JobState], there: Callable[[JobState], bool]) -> JobState:
    end = time.monotonic() + PATIENCE_SECONDS
    while not there(state := look()):
        assert time.monotonic() < end, state
        time.sleep(0.05)
    return state


def ended(state: JobState) -> bool:
    return state.status is not JobStatus.RUNNING


def at_work(state: JobState) -> bool:
    """It runs, and has told how far it is."""
    return state.total > 0


def test_a_job_trains_and_its_model_is_taken_in(backend: LocalBackend, job: Job, tmp_path: Path) -> None:
    assert backend.look(job).status is JobStatus.UNKNOWN
    backend.submit(job)
    backend.submit(job)
    assert until(lambda: backend.look(job), ended).status is JobStatus.SUCCEEDED
    collected = backend.collect(job)
    model = artefact.unpack(collected.artefact, sha256=collected.report["artefact_sha256"], feature_schema=schema_hash())
    assert model.engine.name == "boosted"
    assert collected.report["fits"] == len(collected.report["fit_seconds"])
    assert collected.report["data_sha256"] == job.data_sha256
    process = tmp_path / "jobs" / job.name / "output" / "pid"
    before = process.read_text()
    backend.submit(job)  # it has ended; asked for again, it is not begun again
    assert process.read_text() == before
    assert backend.look(job).status is JobStatus.SUCCEEDED


def test_a_job_outlives_the_worker_that_started_it_and_any_other_finds_it(
    backend: LocalBackend, long_job: Job, tmp_path: Path
) -> None:
    worker = (
        "import os, signal, sys; import django; django.setup(); from pathlib import Path;"
        "from mlops.backends.base import Job; from mlops.backends.local import LocalBackend;"
        "from mlops.blobs import FolderBlobs;"
        f"LocalBackend(Path({str(tmp_path)!r}), blobs=FolderBlobs(Path({str(tmp_path)!r}))).submit({long_job!r});"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    died = subprocess.run([sys.executable, "-c", worker], cwd=ROOT, env=environment, check=False)
    assert died.returncode == -signal.SIGKILL
    state = until(lambda: backend.look(long_job), lambda state: at_work(state) or ended(state))
    assert state.status is JobStatus.RUNNING
    backend.cancel(long_job)
    assert backend.look(long_job).reason.startswith("Stopped")


def test_a_killed_training_has_failed_in_a_way_that_passes(backend: LocalBackend, long_job: Job, tmp_path: Path) -> None:
    backend.submit(long_job)
    until(lambda: backend.look(long_job), at_work)
    os.kill(int((tmp_path / "jobs" / long_job.name / "output" / "pid").read_text()), signal.SIGKILL)
    state = until(lambda: backend.look(long_job), ended)
    assert (state.status, state.permanent) == (JobStatus.FAILED, False)
    assert "killed" in state.reason


def test_a_number_left_in_a_file_is_no_living_process(backend: LocalBackend, job: Job, tmp_path: Path) -> None:
    folder = tmp_path / "jobs" / job.name
    (folder / "output").mkdir(parents=True)
    (folder / "spec.json").write_text("{}")
    (folder / "alive").touch()
    (folder / "output" / "pid").write_text(f"{os.getpid()}")  # as if our own number had been given to another by then
    assert backend.look(job).status is JobStatus.FAILED
    backend.cancel(job)  # and nobody is signalled: this test goes on


def test_parameters_that_the_learner_does_not_have_are_the_reason(backend: LocalBackend, tmp_path: Path) -> None:
    job = small_job(FolderBlobs(tmp_path), parameters={"leaves_of_grass": 3})
    backend.submit(job)
    state = until(lambda: backend.look(job), ended)
    assert (state.status, state.permanent) == (JobStatus.FAILED, True)
    assert "leaves_of_grass" in state.reason


def test_data_that_were_changed_are_the_reason(backend: LocalBackend, job: Job, tmp_path: Path) -> None:
    matrix = tmp_path / job.place / "training" / "matrix.npy"
    matrix.write_bytes(matrix.read_bytes()[:-1])
    backend.submit(job)
    state = until(lambda: backend.look(job), ended)
    assert (state.status, state.permanent) == (JobStatus.FAILED, True)
    assert "matrix.npy" in state.reason


def test_rows_in_a_bucket_are_copied_and_half_a_model_is_refused(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    job, elsewhere = small_job(blobs), LocalBackend(tmp_path, blobs=blobs)
    elsewhere.submit(job)
    assert until(lambda: elsewhere.look(job), ended).status is JobStatus.SUCCEEDED
    model = tmp_path / "jobs" / job.name / "output" / "model"
    model.write_bytes(model.read_bytes()[: model.stat().st_size // 2])
    with pytest.raises(TrainedArtefactRefusedError, match="half"):
        elsewhere.collect(job)


def test_the_training_process_is_told_no_secret(backend: LocalBackend, long_job: Job, tmp_path: Path) -> None:
    backend.submit(long_job)
    until(lambda: backend.look(long_job), at_work)
    number = (tmp_path / "jobs" / long_job.name / "output" / "pid").read_text()
    told = Path(f"/proc/{number}/environ").read_text()
    assert "OMP_NUM_THREADS" in told
    assert not any(name in told for name in ("DATABASE", "SECRET", "REDIS", "SIGNING"))
