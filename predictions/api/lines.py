"""One line of a job as JSON, strictly: no member twice, no number that is none, no depth that nobody needs."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from clinical.errors import Fault
from predictions.api.reading import ShapeRefusedError

LINE = "line"


def read_line(line: str) -> Any:
    """What the line says; ShapeRefusedError says why it says nothing."""
    try:
        return json.loads(line, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise ShapeRefusedError([Fault(LINE, "is not JSON, or holds a member twice or a number that is none")]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError
    return members


def _no_number(_text: str) -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number
