"""One line of a job as JSON, as strictly as a body: read by the same reader, refused with the same reasons."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ParseError

from clinical.doors import strict_json
from clinical.errors import Fault
from predictions.api.reading import ShapeRefusedError

LINE = "line"


def read_line(line: str) -> Any:
    """What the line says; ShapeRefusedError says why it says nothing."""
    try:
        return strict_json.loads(line.encode(), of=LINE)
    except ParseError as refused:
        raise ShapeRefusedError([Fault(LINE, str(refused.detail))]) from None
