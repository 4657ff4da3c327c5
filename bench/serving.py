"""The web role as a hospital runs it, gunicorn and all, and a browser's connection to it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil  # type: ignore[import-untyped]  # ships no types

from bench.databases import BenchError
from config.demo.processes import Processes, free_port_from
from config.environment import VAR

FIRST_PORT = 8900
OK = 200


@dataclass
class Server:
    """A running gunicorn."""

    port: int
    pid: int

    def visitor(self, cookie: str = "") -> Visitor:
        return Visitor(self.port, cookie)

    @property
    def workers(self) -> list[psutil.Process]:
        return list(psutil.Process(self.pid).children())


@dataclass
class Visitor:
    """One kept-alive connection with one session."""

    port: int
    cookie: str
    link: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.link = http.client.HTTPConnection("localhost", self.port, timeout=30)

    def milliseconds(self, path: str) -> float:
        """From asking to the last byte of the page."""
        started = time.perf_counter()
        self.page(path)
        return 1000 * (time.perf_counter() - started)

    def page(self, path: str) -> str:
        self.link.request("GET", path, headers={"Cookie": self.cookie} if self.cookie else {})
        answer = self.link.getresponse()
        body = answer.read()
        if answer.status != OK:
            msg = f"{path} answered {answer.status} {answer.headers.get('Location', '')}"
            raise BenchError(msg)
        return body.decode()


@contextmanager
def serving(
    environment: Mapping[str, str], *, application: str = "config.wsgi:application", ready: str = "/health/live"
) -> Iterator[Server]:
    """Gunicorn with the deployment's own settings."""
    port = free_port_from(FIRST_PORT)
    with Processes(VAR / "log" / "bench") as processes:
        gunicorn = ["-m", "gunicorn", "-c", "config/gunicorn.py", application]
        processes.start(
            "web", *gunicorn, **{**environment, "WARDLIGHT_BIND": f"127.0.0.1:{port}", "WARDLIGHT_LOG_LEVEL": "INFO"}
        )
        processes.wait_until_ready(f"http://localhost:{port}{ready}")
        yield Server(port, processes.children["web"].pid)


@contextmanager
def referring(application: str) -> Iterator[Server]:
    """Uvicorn with as many processes as gunicorn has, one thread for the arithmetic of each: more only gets in the way."""
    port = free_port_from(FIRST_PORT)
    with Processes(VAR / "log" / "bench") as processes:
        uvicorn = ["-m", "uvicorn", application, "--port", str(port), "--workers", "2", "--log-level", "warning"]
        processes.start("reference", *uvicorn, "--no-access-log", OMP_NUM_THREADS="1")
        processes.wait_until_ready(f"http://localhost:{port}/health/live", name="reference")
        yield Server(port, processes.children["reference"].pid)
