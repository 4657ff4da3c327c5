"""`bin/demo` as a stranger runs it: in a checkout of its own, with an empty home, twice, with its port taken."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.environment import ROOT

ENCOUNTERS = "2000"
FIRST_RUN_SECONDS = 300
STOP_SECONDS = 60

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """The project's files, with this environment's packages instead of a second installation of them."""
    home = Path(tempfile.mkdtemp(prefix="wardlight-demo-"))
    home.chmod(0o755)  # the database's own account walks down here
    place = home / "wardlight"
    shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(".venv", "var", ".git", "data", "__pycache__", ".*_cache"))
    (place / ".venv").symlink_to(Path(sys.prefix))
    (place / "var").mkdir()
    if (ROOT / "var" / "redis-server").exists():
        (place / "var" / "redis-server").symlink_to(ROOT / "var" / "redis-server")
    yield place
    shutil.rmtree(home)


def demo(checkout: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["bin/demo", "--synthetic", "--encounters", ENCOUNTERS, *arguments],
        cwd=checkout,
        env={"HOME": str(checkout.parent), "PATH": os.defpath},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def test_the_check_passes_on_a_first_run_with_the_port_taken_and_on_a_second(checkout: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first = demo(checkout, "--check", "--port", str(port))
        said, _ = first.communicate(timeout=FIRST_RUN_SECONDS)
        assert first.returncode == 0, said[-3000:]
        assert f"Port {port} is taken" in said
        assert ", 0 failed" in said
    second = demo(checkout, "--check", "--port", str(port))
    said, _ = second.communicate(timeout=FIRST_RUN_SECONDS)
    assert second.returncode == 0, said[-3000:]
    assert "Training" not in said
    assert processes_of(checkout) == []


def test_an_interrupt_stops_everything_it_started(checkout: Path) -> None:
    running = demo(checkout, "--port", "8600")
    assert running.stdout is not None
    address = next(line for line in running.stdout if line.startswith("Wardlight is at")).split()[-1]
    with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:  # noqa: S310  our own address
        assert answer.status == 200
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=STOP_SECONDS)
    deadline = time.monotonic() + STOP_SECONDS
    while processes_of(checkout) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert processes_of(checkout) == []


def processes_of(checkout: Path) -> list[str]:
    """What still runs from this checkout."""
    alive = (process.info for process in psutil.process_iter(["cmdline", "cwd", "status"]))
    return [
        " ".join(seen["cmdline"] or [])
        for seen in alive
        if seen["status"] != psutil.STATUS_ZOMBIE and str(checkout) in (seen["cwd"] or "")
    ]
