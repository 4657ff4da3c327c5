"""What is told, and what every way of telling it promises."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Protocol


@dataclass(frozen=True)
class Note:
    """What leaves the house about an incident: ids, a severity, one sentence and a link. Never a patient."""

    id: str
    incident: str
    kind: str
    severity: str
    subject: str
    opened_at: str
    link: str

    def as_json(self) -> bytes:
        """The same bytes for the same note, because they are signed."""
        return json.dumps({"type": "incident.opened", **asdict(self)}, sort_keys=True, separators=(",", ":")).encode()

    def as_text(self) -> str:
        lines = ("", f"Severity: {self.severity}", f"Opened: {self.opened_at}", f"Incident: {self.incident}", self.link, "")
        return "\n".join((self.subject, *lines))


@dataclass(frozen=True)
class Receiver:
    """Where a note goes, and the secrets that it is signed with: the one in force first, then the one before."""

    address: str
    secrets: tuple[str, ...] = ()


class Notifier(Protocol):
    """One way of telling. It returns once the receiver has taken the note, and raises NotDeliveredError otherwise."""

    def send(self, note: Note, receiver: Receiver) -> None:
        """The note's id is the same at every attempt, so that a receiver can tell a repetition."""
        ...
