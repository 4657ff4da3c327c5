"""MLflow's tracking server on this machine, for the demonstration and the tests: SQLite and a folder under var/.

`python -m config.mlflow_server FOLDER` is the server. It is MLflow's own application, started here in one process: the
command `mlflow server` keeps a second one of the same size beside it that only waits. It listens on loopback alone, runs no
jobs, answers to no other host name, and ends with the process that started it.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from config.embedded import EmbeddedServerError
from config.environment import ROOT, VAR

FOLDER = VAR / "mlflow"
ADDRESS_SECONDS = 10
START_SECONDS = 120
STOP_SECONDS = 10


def known(folder: Path = FOLDER) -> str | None:
    """Where a server of this folder listens; None when nobody holds its lock, whatever a state file may say."""
    try:
        with (folder / "server.lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _noted(folder)
    except FileNotFoundError:
        return None
    return None


def address_of(folder: Path = FOLDER) -> str | None:
    """Where a server that was just started will answer: its socket is open long before it has read its libraries."""
    deadline = time.monotonic() + ADDRESS_SECONDS
    while (url := known(folder)) is None:
        if time.monotonic() > deadline:
            return None
        time.sleep(0.02)
    return url


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """A server for the length of the block; yields its address once it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603  this module
            [sys.executable, "-m", "config.mlflow_server", str(folder)],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        url = address_of(folder)
        if url is None or not wait_until_answering(url):
            msg = f"MLflow did not start:\n{(folder / 'server.log').read_text(errors='replace')[-2000:]}"
            raise EmbeddedServerError(msg)
        yield url
    finally:
        stop(child)


def wait_until_answering(url: str, *, seconds: float = START_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answers(url, seconds=5):
            return True
        time.sleep(0.1)
    return False


def answers(url: str, *, seconds: float = 2) -> bool:
    link = http.client.HTTPConnection(url.removeprefix("http://"), timeout=seconds)
    try:
        link.request("GET", "/health")
        return link.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _noted(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / "server.json").read_text())["url"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


# --- the server itself ---------------------------------------------------------------------------------------------------


def serve(folder: Path) -> None:
    """Serve until told to stop, or until the process that started us is gone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "server.lock").open("w") as lock, socket.socket() as door:
        if not _taken(lock):
            sys.stderr.write("another server has this folder\n")
            return
        door.bind(("127.0.0.1", 0))
        door.listen(64)  # whoever calls from now on waits for us instead of being turned away
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        (folder / "server.json").unlink(missing_ok=True)
        (folder / "server.part").write_text(json.dumps({"url": url, "pid": os.getpid()}))
        (folder / "server.part").replace(folder / "server.json")
        threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
        _serve_mlflow(door, url, folder)


def _taken(lock: IO[str]) -> bool:
    """The folder's lock; whoever asks whether somebody holds it holds it for a moment, hence the tries."""
    for _ in range(50):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.02)
    return False


def _serve_mlflow(door: socket.socket, url: str, folder: Path) -> None:
    host = url.removeprefix("http://")
    os.environ.update(
        {
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "MLFLOW_SERVER_ALLOWED_HOSTS": f"{host},{host.replace('127.0.0.1', 'localhost')}",
            "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": url,
            "MLFLOW_SERVER_X_FRAME_OPTIONS": "DENY",
            "OMP_NUM_THREADS": "1",
        }
    )
    # the names of these variables are MLflow's private ones; the version is pinned, and a test starts this server
    import uvicorn  # noqa: PLC0415  for the server alone
    from mlflow.server import constants as names  # noqa: PLC0415  some seconds, and only here

    os.environ.update(
        {
            names.BACKEND_STORE_URI_ENV_VAR: f"sqlite:///{folder.resolve() / 'mlflow.db'}",
            names.REGISTRY_STORE_URI_ENV_VAR: f"sqlite:///{folder.resolve() / 'mlflow.db'}",
            names.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
            names.SERVE_ARTIFACTS_ENV_VAR: "true",
            names.ARTIFACTS_DESTINATION_ENV_VAR: str(folder.resolve() / "artifacts"),
        }
    )
    configured = uvicorn.Config("mlflow.server.fastapi_app:app", log_level="warning", lifespan="on", workers=1)
    uvicorn.Server(configured).run(sockets=[door])


def _leave_with(parent: int) -> None:
    """A starter that was killed cannot tell us to stop; the kernel gives its children another parent."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
