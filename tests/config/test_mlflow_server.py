"""MLflow's server on this machine: for this machine alone, one for a folder, and gone with whoever started it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from config import mlflow_server
from config.environment import ROOT

START = """
import pathlib, sys
from config import mlflow_server
with mlflow_server.running(pathlib.Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""

pytestmark = pytest.mark.processes


def test_it_serves_loopback_alone_to_its_own_name_and_ends_with_a_killed_starter(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", START, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    url = starter.stdout.readline().strip()
    (server,) = psutil.Process(starter.pid).children()
    assert {link.laddr.ip for link in server.net_connections() if link.status == "LISTEN"} == {"127.0.0.1"}
    assert server.children(recursive=True) == []
    assert mlflow_server.known(tmp_path) == url
    stranger = urllib.request.Request(f"{url}/api/2.0/mlflow/experiments/get?experiment_id=0", headers={"Host": "evil.example"})  # noqa: S310  our own address
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(stranger, timeout=10)  # noqa: S310  as above
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    deadline = time.monotonic() + 15
    while mlflow_server.known(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert mlflow_server.known(tmp_path) is None
