"""A wire that can be cut: stands between our processes and Redis, and can refuse them or fall silent."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Wire:
    """Forwards bytes both ways while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._door: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._is_silent = False
        self._port = 0
        self.mend()

    @property
    def port(self) -> int:
        return self._port

    def cut(self) -> None:
        """Connections end, new ones are refused: the server is down."""
        door, self._door = self._door, None
        if door is not None:
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            door.close()
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def fall_silent(self) -> None:
        """Connections stay and nothing comes through any more: half open."""
        self._is_silent = True

    def mend(self) -> None:
        self._is_silent = False
        if self._door is None:
            self._door = socket.create_server(("127.0.0.1", self._port))
            self._port = self._door.getsockname()[1]
            threading.Thread(target=self._accept, args=[self._door], daemon=True).start()

    def _accept(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = door.accept()
                far = socket.create_connection(self._to)
                self._ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=[source, sink], daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if not self._is_silent:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire_to(host: str, port: int) -> Iterator[Wire]:
    wire = Wire(host, port)
    try:
        yield wire
    finally:
        wire.cut()
