"""What a check says: its name, what it holds the run to, whether that holds, and what it saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """`sentence` is what has to be true; `evidence` is what was seen."""

    name: str
    sentence: str
    passed: bool
    evidence: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
