"""What a check is, and the usual things to look for in an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlops.conformance.asking import Answer

Memory = dict[str, str]
Look = Callable[[Answer], str]  # what is wrong with it, or nothing


@dataclass(frozen=True)
class Check:
    """One message and what the door has to answer. `{names}` in path, body and headers are what earlier answers gave."""

    door: str
    name: str
    method: str
    path: str
    expects: frozenset[int]
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()
    keeps: Mapping[str, str] = field(default_factory=dict)
    with_token: bool = True

    def message(self, memory: Memory) -> tuple[str, bytes | None, dict[str, str]]:
        """Path, body and headers as they are sent."""
        headers = {name: filled(value, memory) for name, value in self.headers.items()}
        if self.raw is not None:
            return filled(self.path, memory), self.raw, {"Content-Type": "application/json", **headers}
        if self.body is None:
            return filled(self.path, memory), None, headers
        text = filled(json.dumps(self.body), memory)
        return filled(self.path, memory), text.encode(), {"Content-Type": "application/json", **headers}

    def fault(self, answer: Answer) -> str:
        """What is wrong with the answer; nothing where it is right."""
        if answer.status not in self.expects:
            wanted = " or ".join(str(status) for status in sorted(self.expects))
            return f"answered {answer.status}, where {wanted} is due"
        return next((fault for look in self.looks if (fault := look(answer))), "")


def filled(text: str, memory: Memory) -> str:
    for name, value in memory.items():
        text = text.replace("{" + name + "}", value)
    return text


def statuses(*status: int) -> frozenset[int]:
    return frozenset(status)


def has(pointer: str, *values: Any) -> Look:
    """Something stands there; where values are given, one of them."""

    def look(answer: Answer) -> str:
        found = answer.at(pointer)
        if found is None:
            return f"nothing stands at {pointer}"
        return "" if not values or found in values else f"another value stands at {pointer}"

    return look


def lies(pointer: str, low: float, high: float) -> Look:
    def look(answer: Answer) -> str:
        found = answer.at(pointer)
        is_inside = isinstance(found, int | float) and not isinstance(found, bool) and low <= found <= high
        return "" if is_inside else f"{pointer} does not lie between {low:g} and {high:g}"

    return look


def shorter_than(pointer: str, characters: int) -> Look:
    def look(answer: Answer) -> str:
        return "" if len(str(answer.at(pointer) or "")) < characters else f"{pointer} is not shorter than {characters}"

    return look


def header(name: str, containing: str = "") -> Look:
    def look(answer: Answer) -> str:
        found = answer.headers.get(name.lower())
        return "" if found is not None and containing in found else f"the header {name} is not as it should be"

    return look


def problem(*fields: str) -> Look:
    """Problem details (RFC 9457), naming these fields."""

    def look(answer: Answer) -> str:
        if "problem+json" not in answer.headers.get("content-type", ""):
            return "the refusal is no application/problem+json"
        told = json.dumps(answer.json)
        missing = [name for name in fields if name not in told]
        return f"the refusal does not name {', '.join(missing)}" if missing else ""

    return look


def outcome(answer: Answer) -> str:
    """An OperationOutcome with an issue."""
    is_one = answer.at("resourceType") == "OperationOutcome" and answer.at("issue/0/severity") in {"error", "fatal"}
    return "" if is_one else "the refusal is no OperationOutcome"


def without_trace(answer: Answer) -> str:
    """No stack and no place in the code."""
    return "the answer shows a place in the code" if b"Traceback" in answer.body or b".py" in answer.body else ""
