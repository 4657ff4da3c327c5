"""Gate profiles: named bounds, read from data and checked when they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from mlops.errors import GateProfileMissingError, GateProfileRefusedError

FILE = Path(__file__).with_name("profiles.json")


class Direction(StrEnum):
    """On which side of its bounds a value must lie. `within` may touch them, `between` may not."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ABOVE = "above"
    WITHIN = "within"
    BETWEEN = "between"

    @property
    def bounds(self) -> int:
        return 2 if self in {Direction.WITHIN, Direction.BETWEEN} else 1

    def holds(self, value: float, bounds: tuple[float, ...]) -> bool:
        low, high = bounds[0], bounds[-1]
        return {
            Direction.AT_LEAST: value >= low,
            Direction.AT_MOST: value <= high,
            Direction.ABOVE: value > low,
            Direction.WITHIN: low <= value <= high,
            Direction.BETWEEN: low < value < high,
        }[self]


@dataclass(frozen=True)
class Clause:
    """One demand. `name` is the measured figure that it is made of."""

    name: str
    words: str
    direction: Direction
    bounds: tuple[float, ...]
    against_champion: bool = False

    def __post_init__(self) -> None:
        if len(self.bounds) != self.direction.bounds or not all(isfinite(bound) for bound in self.bounds):
            msg = f"{self.name} has the bounds {list(self.bounds)}; {self.direction} needs {self.direction.bounds}, finite."
            raise ValueError(msg)
        if list(self.bounds) != sorted(self.bounds):
            msg = f"{self.name} has its lower bound above its upper one."
            raise ValueError(msg)


@dataclass(frozen=True)
class Floors:
    """No subgroup with so many who came back may have a figure below its floor: its own, or the one of all."""

    name: str
    words: str
    figure: str
    fewest_events: int
    floor: float
    of_groups: Mapping[str, float] = field(default_factory=dict)

    def floor_of(self, group: str) -> float:
        return self.of_groups.get(group, self.floor)


@dataclass(frozen=True)
class Profile:
    """A named set of demands."""

    name: str
    description: str
    clauses: tuple[Clause, ...]
    floors: Floors


def profile_called(name: str) -> Profile:
    """GateProfileMissingError for a name that there is not, GateProfileRefusedError for one that cannot be read."""
    known = _all()
    if name not in known:
        msg = f"There is no gate profile called {name!r}; there are {', '.join(known)}."
        raise GateProfileMissingError(msg)
    return known[name]


def profiles_from(raw: object) -> dict[str, Profile]:
    """Every profile of the parsed file; GateProfileRefusedError names the one that is wrong."""
    if not isinstance(raw, dict) or not raw:
        msg = "The gate profiles are not an object of profiles by name."
        raise GateProfileRefusedError(msg)
    found: dict[str, Profile] = {}
    for name, told in raw.items():
        try:
            found[name] = _profile(name, told, found)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            msg = f"The gate profile {name!r} cannot be read: {error}"
            raise GateProfileRefusedError(msg) from error
    return found


@cache
def _all() -> dict[str, Profile]:
    return profiles_from(json.loads(FILE.read_text()))


def _profile(name: str, told: Mapping[str, Any], before: Mapping[str, Profile]) -> Profile:
    unknown = told.keys() - {"description", "extends", "clauses", "floors"}
    if unknown:
        msg = f"it says {', '.join(sorted(unknown))}, which no profile has."
        raise ValueError(msg)
    base = before[told["extends"]] if "extends" in told else None
    clauses = tuple(
        Clause(**{**one, "direction": Direction(one["direction"]), "bounds": tuple(one["bounds"])}) for one in told["clauses"]
    )
    clauses = (*(base.clauses if base else ()), *clauses)
    floors = Floors(**told["floors"]) if "floors" in told or base is None else base.floors
    if not clauses or len({clause.name for clause in clauses}) != len(clauses):
        msg = "it has no clauses, or one of them twice."
        raise ValueError(msg)
    return Profile(name, str(told["description"]), clauses, floors)
