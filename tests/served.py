"""The application as it is deployed: a populated database of its own, and gunicorn as separate processes on this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.contrib.sessions.backends.db import SessionStore

from config.demo.processes import free_port_from
from config.environment import ROOT
from tests.databases import FreshDatabase

ENCOUNTERS = 4_000
PREPARE_SECONDS = 240
READY_SECONDS = 60
STOP_SECONDS = 30
FIRST_PORT = 8_400


@dataclass(frozen=True)
class Served:
    """A running application: where it listens, what it is made of, and its database."""

    address: str
    database: FreshDatabase
    folder: Path
    gunicorn: subprocess.Popen[bytes]

    def worker_pids(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.gunicorn.pid).children()]

    def forget_used_codes(self) -> None:
        """A one-time code counts once in 30 seconds; a suite that signs in more often than people do starts anew."""
        with self.database.link() as link:
            link.execute("UPDATE mfa_authenticator SET data = data - 'last_period'")

    def age_sessions(self, *, seconds: int) -> None:
        """Every session looks as if its person had been away for this long."""
        with self.database.link() as link:
            for key, data in link.execute("SELECT session_key, session_data FROM django_session").fetchall():
                session = SessionStore().decode(str(data))
                for name in {"seen_at", "started_at"} & set(session):
                    session[name] -= seconds
                link.execute(
                    "UPDATE django_session SET session_data = %s WHERE session_key = %s", [SessionStore().encode(session), key]
                )

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What is stored, read past row-level security."""
        with self.database.link(role="postgres") as link:
            return link.execute(query.encode(), values).fetchall()

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(self.database, self.folder),
            capture_output=True, text=True, check=False, timeout=PREPARE_SECONDS,
        )  # fmt: skip


def environment(database: FreshDatabase, folder: Path) -> dict[str, str]:
    """A demonstration's environment: what an evaluator sees, with the static files as they are in production."""
    return {
        **database.environment(),
        "WARDLIGHT_MODE": "demo",
        "WARDLIGHT_LOG_LEVEL": "WARNING",
        "WARDLIGHT_ARTEFACTS": str(folder / "artefacts"),
        "WARDLIGHT_GATE_PROFILE": "demonstration",
    }


def populate(database: FreshDatabase, folder: Path, *, encounters: int = ENCOUNTERS) -> str:
    """Cohort, accounts, model, promotion and scores, by the command that the demonstration uses. Returns what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare_demo", "--synthetic", str(encounters)], cwd=ROOT,
        env=environment(database, folder), capture_output=True, text=True, check=False, timeout=PREPARE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@contextlib.contextmanager
def serving(database: FreshDatabase, folder: Path, *, first_port: int = FIRST_PORT, **others: str) -> Iterator[Served]:
    """gunicorn with two workers for the length of the block; `others` are changes of its environment."""
    port = free_port_from(first_port)
    address = f"http://localhost:{port}"
    changes = {"WARDLIGHT_BIND": f"127.0.0.1:{port}", "WARDLIGHT_TRUSTED_ORIGINS": address, **others}
    with (folder / "web.log").open("ab") as log:
        gunicorn = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi:application"], cwd=ROOT,
            env={**environment(database, folder), **changes}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_ready(f"{address}/health/ready", gunicorn, folder / "web.log")
        yield Served(address, database, folder, gunicorn)
    finally:
        _stop(gunicorn)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own address
            if answer.status == 200:
                return
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < deadline, f"{url} did not answer: {log.read_text()[-2000:]}"
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
