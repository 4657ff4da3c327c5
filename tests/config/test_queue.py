"""Celery on Redis with real worker processes: a killed worker's task is done again soon, and done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis

from config.celery import app
from config.environment import ROOT
from tests.databases import FreshDatabase

TASKS = """
import os, time
from celery import shared_task
from config.celery import app

@shared_task(name="probe.append")
def append(path, word, wait_for):
    while wait_for and not os.path.exists(wait_for):
        open(path + ".started", "a").close()
        time.sleep(0.05)
    with open(path, "a") as out:
        out.write(word + "\\n")
"""
REDELIVERY_SECONDS = 60

pytestmark = pytest.mark.processes


class Queue:
    """A queue of this test's own, and workers for it."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.out = folder / "out"

    def send(self, word: str, *, wait_for: Path | None = None) -> None:
        program = "import sys, probe_tasks as p; p.append.apply_async((sys.argv[1], sys.argv[2], sys.argv[3]), queue='default')"
        subprocess.run(
            [sys.executable, "-c", program, str(self.out), word, str(wait_for or "")],
            cwd=ROOT,
            env=self.environment,
            check=True,
        )

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "probe_tasks",
            "worker",
            "--concurrency=1",
            "--queues=default",
        ]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield worker
        finally:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()

    def lines(self) -> list[str]:
        return self.out.read_text().splitlines() if self.out.exists() else []


@pytest.fixture
def queue(fresh_database: FreshDatabase, tmp_path: Path) -> Queue:
    (tmp_path / "probe_tasks.py").write_text(TASKS)
    environment = {**fresh_database.environment(), "PYTHONPATH": f"{tmp_path}:{ROOT}", "WARDLIGHT_ROLE": "worker"}
    url = environment["REDIS_URL"].removesuffix("/0") + "/9"
    redis.Redis.from_url(url).flushdb()
    # as in production but for the visibility time-out, which there must outlast the longest task
    return Queue({**environment, "REDIS_URL": url, "WARDLIGHT_BROKER_VISIBILITY_SECONDS": "3"}, tmp_path)


def until(condition: Callable[[], bool], *, seconds: float = REDELIVERY_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_a_task_of_a_killed_worker_group_is_done_by_the_next_one(queue: Queue) -> None:
    go, started = queue.folder / "go", queue.folder / "out.started"
    queue.send("first", wait_for=go)
    queue.send("second")
    with queue.worker() as worker:
        assert until(started.exists)
        os.killpg(worker.pid, signal.SIGKILL)
    go.touch()
    with queue.worker():
        assert until(lambda: len(queue.lines()) == 2), (queue.folder / "worker.log").read_text()[-2000:]
    assert sorted(queue.lines()) == ["first", "second"]


def test_a_task_of_a_killed_child_is_done_by_its_parent(queue: Queue) -> None:
    go, started = queue.folder / "go", queue.folder / "out.started"
    queue.send("first", wait_for=go)
    with queue.worker() as worker:
        assert until(started.exists)
        (child,) = _children_of(worker.pid)
        go.touch()
        os.kill(child, signal.SIGKILL)
        assert until(lambda: queue.lines() != [])
    assert set(queue.lines()) == {"first"}


def test_the_beat_process_writes_its_schedule_where_an_administrator_can_see_it(fresh_database: FreshDatabase) -> None:
    command = [sys.executable, "-m", "celery", "-A", "config", "beat", "--pidfile="]
    beat = subprocess.Popen(
        command, cwd=ROOT, env=fresh_database.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def scheduled() -> set[object]:
        with fresh_database.link() as link:
            return {name for (name,) in link.execute("SELECT name FROM django_celery_beat_periodictask").fetchall()}

    try:
        assert until(lambda: {"score-what-waits", "verify-audit-chain"} <= scheduled())
    finally:
        beat.terminate()
        beat.wait()


def test_only_json_is_accepted_from_the_queue() -> None:
    assert set(app.conf.accept_content) == {"json"}


def _children_of(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True) if "celery" in " ".join(child.cmdline())]
