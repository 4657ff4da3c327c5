"""Systems that call: one kept-alive connection each, with as little work of their own as a client can have.

Eight of them share two cores with the server that they measure, so what a caller costs is taken from the server.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.databases import BenchError

LONGEST_SECONDS = 60
_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True)
class Call:
    """One request, put together beforehand."""

    message: bytes
    expects: tuple[int, ...]

    @classmethod
    def of(cls, path: str, body: Any, *, headers: dict[str, str] | None = None, expects: tuple[int, ...] = (200,)) -> Call:
        data = json.dumps(body).encode()
        given = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
        return cls("\r\n".join(lines).encode() + _HEAD_ENDS + data, expects)


@dataclass
class Caller:
    """One connection."""

    port: int
    link: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._connect()

    def milliseconds(self, call: Call) -> float:
        """From the first byte sent to the last byte of the answer."""
        started = time.perf_counter()
        self.answer(call)
        return 1000 * (time.perf_counter() - started)

    def answer(self, call: Call) -> bytes:
        """The body. An answer that is not expected is an error of the bench."""
        self.link.sendall(call.message)
        # a server that sends head and body apart, and waits for one to be taken before the other, is not to wait for our timer
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        head, body = self._read()
        status = int(head[9:12])
        if status not in call.expects:
            msg = f"{call.message.split(b' ', 2)[1].decode()} answered {status}: {body[:500].decode(errors='replace')}"
            raise BenchError(msg)
        if b"connection: close" in head.lower():
            self.link.close()
            self._connect()
        return body

    def _connect(self) -> None:
        self.link = socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_SECONDS)
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _read(self) -> tuple[bytes, bytes]:
        got = self.link.recv(65_536)
        while _HEAD_ENDS not in got:
            got += self._more()
        head, _, body = got.partition(_HEAD_ENDS)
        length = _length(head)
        while len(body) < length:
            body += self._more()
        return head, body

    def _more(self) -> bytes:
        more = self.link.recv(65_536)
        if not more:
            msg = "the server hung up in the middle of an answer"
            raise BenchError(msg)
        return more


def one_by_one(port: int, calls: Iterable[Call]) -> list[float]:
    """Milliseconds of each call on one connection."""
    caller = Caller(port)
    try:
        return [caller.milliseconds(call) for call in calls]
    finally:
        caller.link.close()  # a server that is told to end waits for whoever is still connected


def side_by_side(port: int, calls: Sequence[Call], *, connections: int) -> tuple[list[float], float]:
    """Milliseconds of each call, and calls a second: the calls are dealt to so many connections that never pause."""
    found: list[list[float]] = [[] for _connection in range(connections)]
    troubles: list[BaseException] = []

    def work(number: int) -> None:
        try:
            found[number] = one_by_one(port, calls[number::connections])
        except (BenchError, OSError) as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=work, args=[number]) for number in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if troubles:
        raise troubles[0]
    times = [milliseconds for connection in found for milliseconds in connection]
    return times, len(times) / seconds


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            return int(line[len(_LENGTH) :])
    msg = "an answer that does not tell its length"
    raise BenchError(msg)
