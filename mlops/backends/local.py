"""Training on this machine, in a process of its own: it outlives the worker that started it, and any worker finds it again.

The process holds a lock for as long as it lives, which the kernel drops when it ends in whatever way; so a number that
was left in a file is never taken for a living process. It gets neither the database's address nor any secret.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from mlops.backends.base import MOST_BYTES_OF_MODEL, Collected, Job, JobState, JobStatus, checked, progress_of
from mlops.blobs import BlobStore
from mlops.entrypoint import FAILURE, MODEL, PID, PROGRESS, REPORT, STOPPED
from mlops.errors import TrainedArtefactRefusedError
from mlops.frozen import TRAINING

CANCEL_SECONDS = 10.0
_BETWEEN_LOOKS = 0.05
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
_MOST_CHARACTERS_OF_A_REASON = 250


class LocalBackend:
    """Each job has a folder: what was asked for, a log, and what came out."""

    def __init__(self, folder: Path, *, blobs: BlobStore) -> None:
        self._jobs, self._blobs = folder / "jobs", blobs

    def submit(self, job: Job) -> None:
        folder = self._folder(job)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(folder / "starting"), (folder / "alive").open("a") as alive:
            if not _takes(alive.fileno()) or _began(folder):
                return
            (folder / "spec.json").write_text(json.dumps(job.spec))
            _STARTED[job.name] = self._start(job, folder, alive.fileno())

    def look(self, job: Job) -> JobState:
        folder = self._folder(job)
        _reap(job.name)
        if not (folder / "spec.json").exists():
            return JobState(JobStatus.UNKNOWN)
        # asked before the results are looked at: a process that ends in between has then left all of them
        if _is_alive(folder):
            done, total = progress_of(_bytes(folder / "output" / PROGRESS))
            return JobState(JobStatus.RUNNING, done=done, total=total)
        if (folder / "output" / REPORT).exists():
            return JobState(JobStatus.SUCCEEDED)
        reason = _bytes(folder / "output" / FAILURE).decode(errors="replace").strip()
        if reason:
            passing = reason.startswith(STOPPED)
            return JobState(JobStatus.FAILED, reason[:_MOST_CHARACTERS_OF_A_REASON], permanent=not passing)
        return JobState(JobStatus.FAILED, "The training process ended without a word: it was killed.", permanent=False)

    def collect(self, job: Job) -> Collected:
        output = self._folder(job) / "output"
        try:
            if (output / MODEL).stat().st_size > MOST_BYTES_OF_MODEL:
                msg = "The trained model's file is larger than any model."
                raise TrainedArtefactRefusedError(msg)
            artefact, report = (output / MODEL).read_bytes(), (output / REPORT).read_bytes()
        except OSError as error:
            msg = f"What the training left cannot be read ({type(error).__name__})."
            raise TrainedArtefactRefusedError(msg) from error
        return checked(job, artefact=artefact, report=report)

    def cancel(self, job: Job) -> None:
        _cancel(self._folder(job))
        _reap(job.name)

    def end_all(self) -> int:
        """End every job that runs in this folder; returns how many did."""
        running = [folder for folder in self._jobs.glob("*") if _is_alive(folder)] if self._jobs.exists() else []
        for folder in running:
            _cancel(folder)
        return len(running)

    def _start(self, job: Job, folder: Path, alive: int) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "mlops.entrypoint", "--background", "--input", str(self._rows(job, folder)),
            "--output", str(folder / "output"), "--spec", str(folder / "spec.json"),
            "--most-seconds", str(settings.TRAINING_MOST_SECONDS),
        ]  # fmt: skip
        with (folder / "log.txt").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own interpreter and script
                command, cwd=settings.BASE_DIR, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, pass_fds=(alive,),
            )  # fmt: skip

    def _rows(self, job: Job, folder: Path) -> Path:
        """The frozen rows where they lie, or a copy of them where they lie in a bucket."""
        place = f"{job.place}/{TRAINING}"
        address = self._blobs.address(place)
        if address.startswith("/"):
            return Path(address)
        rows = folder / "input"
        rows.mkdir(exist_ok=True)
        for path in self._blobs.list(place):
            (rows / path.rsplit("/", 1)[-1]).write_bytes(self._blobs.get(path))
        return rows

    def _folder(self, job: Job) -> Path:
        return self._jobs / job.name


# the processes that this one started, so that each is waited for when it has ended
_STARTED: dict[str, subprocess.Popen[bytes]] = {}


def _reap(name: str) -> None:
    process = _STARTED.get(name)
    if process is not None and process.poll() is not None:
        _STARTED.pop(name, None)


def _environment() -> dict[str, str]:
    threads = settings.TRAINING_THREADS or os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
        "OMP_NUM_THREADS": str(threads), "POLARS_MAX_THREADS": str(threads), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    with place.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _takes(file: int) -> bool:
    """Whether nobody else holds the lock; it is then ours until the file is closed, here and in whoever inherits it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(folder: Path) -> bool:
    try:
        with (folder / "alive").open("r") as alive:
            return not _takes(alive.fileno())
    except FileNotFoundError:
        return False


def _began(folder: Path) -> bool:
    """Whether its process has run before: a job that failed is not started again under the same name."""
    return (folder / "output" / PID).exists()


def _cancel(folder: Path) -> None:
    """Politely first. The number is the living process's own: it wrote it, and it holds the lock."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        until, told = time.monotonic() + CANCEL_SECONDS, False
        while _is_alive(folder) and time.monotonic() < until:
            told = told or _tell(folder, number)
            time.sleep(_BETWEEN_LOOKS)


def _tell(folder: Path, number: signal.Signals) -> bool:
    """False while the process has not yet said who it is."""
    with suppress(ProcessLookupError, ValueError, FileNotFoundError):
        os.kill(int((folder / "output" / PID).read_text()), number)
        return True
    return False


def _bytes(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError:
        return b""
