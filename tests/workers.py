"""Celery workers as they run in a hospital: processes of their own, on a queue of the test's own, ended when the test ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from celery import Celery

from config.environment import ROOT
from tests.databases import FreshDatabase

READY_SECONDS = 60


@dataclass(frozen=True)
class Workplace:
    """A database, a Redis database and folders of one test's own."""

    database: FreshDatabase
    folder: Path
    redis_number: int
    changes: dict[str, str]

    @property
    def redis_url(self) -> str:
        return self.database.environment()["REDIS_URL"].removesuffix("/0") + f"/{self.redis_number}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.database.environment(),
            "REDIS_URL": self.redis_url,
            "WARDLIGHT_ROLE": "worker",
            "WARDLIGHT_LOG_LEVEL": "INFO",
            "WARDLIGHT_RUN_HOLD_SECONDS": "2",
            "WARDLIGHT_ARTEFACTS": str(self.folder / "artefacts"),
            "WARDLIGHT_LAKE": str(self.folder / "lake"),
            "WARDLIGHT_TRAINING_STORE": str(self.folder / "training"),
            **self.changes,
        }

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    def forget_queue(self) -> None:
        """As if Redis had been emptied: whatever was only hinted at there is gone."""
        redis.Redis.from_url(self.redis_url).flushdb()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            timeout=240, check=False,
        )  # fmt: skip

    def send(self, task: str, *arguments: object, queue: str = "default") -> None:
        """As the schedule, or anybody else, would send it."""
        with Celery(broker=self.redis_url) as sender:
            sender.send_task(task, arguments, queue=queue)

    @contextmanager
    def worker(self, *, concurrency: int = 1) -> Iterator[subprocess.Popen[bytes]]:
        options = f"--concurrency={concurrency}", "--queues=default,training", "--without-gossip", "--without-mingle"
        with self._celery("worker", *options) as worker:
            yield worker

    @contextmanager
    def beat(self) -> Iterator[subprocess.Popen[bytes]]:
        """A scheduler. Hospitals run one; nothing may depend on that."""
        with self._celery("beat", "--pidfile=", "--max-interval=1") as beat:
            yield beat

    @contextmanager
    def _celery(self, role: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", role, *options], cwd=ROOT,
                env={**self.environment, "WARDLIGHT_ROLE": role}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            yield process
        finally:
            kill_group(process)


def kill_group(worker: subprocess.Popen[bytes]) -> None:
    """Without a word, with all of its children."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def until(condition: Callable[[], object], *, seconds: float = READY_SECONDS) -> bool:
    """Look again and again until it holds, or the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
