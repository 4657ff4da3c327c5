"""Carrying out the checks in their order, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from mlops.conformance.asking import Caller
from mlops.conformance.checks import Check, Memory


@dataclass(frozen=True)
class Finding:
    """One check and its answer. `fault` is empty where the door did what it should."""

    door: str
    name: str
    asked: str
    status: int | None
    duration_ms: float | None
    fault: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def carry_out(
    checks: Iterable[Check], *, caller: Caller, memory: Memory, on_finding: Callable[[Finding], object] | None = None
) -> list[Finding]:
    """Every check is asked, also after one has failed: a site wants to know all of it."""
    stranger = Caller(caller.address)
    findings = []
    for check in checks:
        finding = _finding(check, caller if check.with_token else stranger, memory)
        findings.append(finding)
        if on_finding:
            on_finding(finding)
    return findings


def _finding(check: Check, caller: Caller, memory: Memory) -> Finding:
    path, body, headers = check.message(memory)
    asked = f"{check.method} {check.path}"
    try:
        answer = caller.ask(check.method, path, body, headers)
    except OSError as error:
        return Finding(check.door, check.name, asked, None, None, f"nobody answered: {type(error).__name__}")
    for name, pointer in check.keeps.items():
        if isinstance(found := answer.at(pointer), str):
            memory[name] = found
    return Finding(check.door, check.name, asked, answer.status, answer.duration_ms, check.fault(answer))
