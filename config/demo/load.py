"""Requests one after the other at the processes that score, and what they answered: which version, and whether any failed."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from types import TracebackType

SENDERS = 4
TIMEOUT_SECONDS = 10


@dataclass
class Load:
    """Context manager: asks `address`/health/model from several threads for as long as the block lasts."""

    address: str
    answered: int = 0
    failed: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    newest: dict[int, tuple[float, int]] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _senders: list[threading.Thread] = field(default_factory=list)
    _whole: dict[int, tuple[object, ...]] = field(default_factory=dict)

    def __enter__(self) -> Load:
        self._senders = [threading.Thread(target=self._send, daemon=True) for _ in range(SENDERS)]
        for sender in self._senders:
            sender.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        for sender in self._senders:
            sender.join()

    def seconds_until_all_serve(self, number: int, *, within: float) -> float | None:
        """Until every process that has answered says this version; None where that took too long."""
        began = time.monotonic()
        while time.monotonic() - began < within:
            with self._lock:
                served = [held for at, held in self.newest.values() if at > began]
                if len(served) == len(self.newest) > 0 and set(served) == {number}:
                    return time.monotonic() - began
            time.sleep(0.02)
        return None

    def _send(self) -> None:
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                with urllib.request.urlopen(f"{self.address}/health/model", timeout=TIMEOUT_SECONDS) as response:  # noqa: S310  our own
                    self._note(began, json.loads(response.read()))
            except (OSError, ValueError) as error:
                with self._lock:
                    self.failed.append(f"{type(error).__name__}: {error}")

    def _note(self, began: float, said: dict[str, object]) -> None:
        """One version's answers are alike in all parts, whichever process gives them, or two versions were mixed."""
        number, pid = int(str(said["number"])), int(str(said["pid"]))
        whole = (said["sha256"], said["schema"], said["bands"], said["golden"])
        with self._lock:
            self.answered += 1
            if self._whole.setdefault(number, whole) != whole:
                self.mixed.append(f"version {number} answered {whole} after {self._whole[number]}")
            if began >= self.newest.get(pid, (0.0, 0))[0]:
                self.newest[pid] = (began, number)
