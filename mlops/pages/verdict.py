"""The gate's verdict as it is read: each clause with its value, its bound and which way it had to lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.validation.words import NONE, number

MINUS = "\N{MINUS SIGN}"
_DIRECTIONS = {"at_least": "at least", "at_most": "at most", "above": "above", "within": "from", "between": "strictly between"}
_SMALLEST_WRITTEN_OUT = 0.001


@dataclass(frozen=True)
class Clause:
    """One line of the verdict."""

    name: str
    value: str
    bound: str
    passed: bool
    applies: bool = True
    note: str = ""

    @property
    def word(self) -> str:
        if not self.applies:
            return "Does not apply"
        return "Passed" if self.passed else "Failed"

    @property
    def sign(self) -> str:
        if not self.applies:
            return "off"
        return "good" if self.passed else "bad"


@dataclass(frozen=True)
class Verdict:
    """`known` is False before a gate has judged."""

    known: bool
    passed: bool
    profile: str
    description: str
    clauses: list[Clause]

    @property
    def failed(self) -> list[Clause]:
        return [clause for clause in self.clauses if not clause.passed]

    @property
    def words(self) -> str:
        if not self.known:
            return "No gate has judged it"
        if self.passed:
            return f"Passed the gate: {len(self.clauses)} clauses, none failed"
        return f"Failed {len(self.failed)} of {len(self.clauses)} clauses of the gate"

    @property
    def sign(self) -> str:
        return "off" if not self.known else "good" if self.passed else "bad"


def verdict_of(told: Mapping[str, Any]) -> Verdict:
    return Verdict(
        known=bool(told),
        passed=bool(told.get("passed")),
        profile=str(told.get("profile", "")),
        description=str(told.get("description", "")),
        clauses=[_clause(clause) for clause in told.get("clauses", ())],
    )


def _clause(told: Mapping[str, Any]) -> Clause:
    applies = bool(told.get("applies", True))
    way = _DIRECTIONS.get(str(told["direction"]), str(told["direction"]))
    return Clause(
        name=str(told["label"]),
        value=_figure(told.get("value"), missing="missing" if applies else NONE),
        bound=f"{way} {told['bound']}".replace("-", MINUS),
        passed=bool(told["passed"]),
        applies=applies,
        note=str(told.get("note", "")),
    )


def _figure(value: float | None, *, missing: str) -> str:
    if value is None:
        return missing
    if 0 < abs(value) < _SMALLEST_WRITTEN_OUT:
        return f"{value:.1e}".replace("-", MINUS)
    return number(value, 4)
