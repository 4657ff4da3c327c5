"""The demonstration's own processes: started with their logs under var/log, and all of them ended when the block ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

READY_SECONDS = 60
STOP_SECONDS = 30
PORTS_TO_TRY = 50


class Processes:
    """Context manager over child processes; only these are ever signalled."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.optional: set[str] = set()

    def __enter__(self) -> Processes:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def run_to_end(self, command: str, *arguments: str) -> None:
        """One management command in the foreground; its failure is the demonstration's."""
        done = subprocess.run(  # noqa: S603  our own command line
            [sys.executable, "manage.py", command, *arguments],
            env={**os.environ, "WARDLIGHT_LOG_LEVEL": "WARNING"},  # people read this, not a log collector
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(done.returncode)

    def start(self, name: str, *arguments: str, **environment: str) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(  # noqa: S603  our own modules
                [sys.executable, *arguments],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the terminal's whole group; each child is to be told once, by us, in order
                start_new_session=True,
            )

    def start_optional(self, name: str, *arguments: str) -> None:
        """A child whose end is said once and ends nothing else."""
        self.optional.add(name)
        self.start(name, *arguments)

    def wait_until_ready(self, url: str, *, name: str = "web") -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(url):
            self._fail_if_one_ended()
            if time.monotonic() > deadline:
                msg = f"wardlight: {url} did not answer within {READY_SECONDS} s; see {self.logs}/{name}.log"
                raise SystemExit(msg)
            time.sleep(0.2)

    def wait(self) -> int:
        """Until somebody interrupts; a child that ends by itself ends the demonstration, and says so."""
        while True:
            self._fail_if_one_ended()
            time.sleep(0.5)

    def _fail_if_one_ended(self) -> None:
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            if name in self.optional:
                del self.children[name]
                sys.stdout.write(f"The {name} process ended; the rest goes on without it. See {self.logs}/{name}.log\n")
            else:
                tail = (self.logs / f"{name}.log").read_text(errors="replace")[-1500:]
                msg = f"wardlight: the {name} process ended with status {child.returncode}:\n{tail}"
                raise SystemExit(msg)


def free_port_from(first: int) -> int:
    """The first port from `first` on which nothing listens."""
    for port in range(first, first + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = f"wardlight: no free port between {first} and {first + PORTS_TO_TRY - 1}"
    raise SystemExit(msg)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  our own address
            return bool(response.status == 200)  # noqa: PLR2004  HTTP's own number
    except (urllib.error.URLError, OSError):
        return False
