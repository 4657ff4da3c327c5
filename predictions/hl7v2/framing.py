"""MLLP, release 1: a message stands between VT and FS CR. Bytes come in any portions; between frames nothing may stand."""

from __future__ import annotations

START, END = b"\x0b", b"\x1c\r"
LARGEST_BYTES = 1024 * 1024
_BETWEEN = b"\r\n"  # some senders end a line there


class BrokenFrameError(Exception):
    """What came is no frame, or one that is too large: where the next begins cannot be told, so the line is closed."""


class Frames:
    """What one connection has sent so far."""

    def __init__(self, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self._pending = bytearray()
        self._largest_bytes = largest_bytes

    def feed(self, portion: bytes) -> list[bytes]:
        """The messages that are whole now."""
        self._pending += portion
        found: list[bytes] = []
        while (message := self._next()) is not None:
            found.append(message)
        return found

    def _next(self) -> bytes | None:
        self._pending = self._pending.lstrip(_BETWEEN)
        if self._pending and self._pending[:1] != START:
            raise BrokenFrameError
        end = self._pending.find(END)
        if (end if end >= 0 else len(self._pending)) > self._largest_bytes:
            raise BrokenFrameError
        if end < 0:
            return None
        message = bytes(self._pending[1:end])
        del self._pending[: end + len(END)]
        return message


def framed(message: bytes) -> bytes:
    return START + message + END
