"""Notes kept in memory, for tests and trials."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlops.errors import NotDeliveredError
from mlops.notifications.base import Note, Receiver


@dataclass
class MemoryNotifier:
    """Takes everything, or refuses everything while `is_down`."""

    is_down: bool = False
    taken: list[tuple[str, Note]] = field(default_factory=list)

    def send(self, note: Note, receiver: Receiver) -> None:
        if self.is_down:
            raise NotDeliveredError
        self.taken.append((receiver.address, note))
