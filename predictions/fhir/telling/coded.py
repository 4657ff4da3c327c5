"""The small parts that resources are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from predictions.fhir.caller import fold
from predictions.fhir.names import FACT, IDENTIFIER_TYPES

Part = dict[str, Any]


def coding(system: str, code: str, display: str = "") -> Part:
    return fold({"system": system, "code": code, "display": display})


def concept(system: str, code: str, text: str = "") -> Part:
    return fold({"coding": [coding(system, code)], "text": text})


def identifier(system: str, value: str, kind: str = "") -> Part:
    return fold({"type": concept(IDENTIFIER_TYPES, kind) if kind else None, "system": system, "value": value})


def reference(resource_type: str, id: object, display: str = "") -> Part:  # noqa: A002  FHIR's name
    return fold({"reference": f"{resource_type}/{id}", "display": display})


def period(start: datetime | None, end: datetime | None) -> Part:
    return fold({"start": instant(start), "end": instant(end)})


def instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def fact(name: str, value: Any) -> Part:
    """One attribute of a stay by its own name."""
    kind = "valueBoolean" if isinstance(value, bool) else "valueInteger" if isinstance(value, int) else "valueString"
    return {"url": f"{FACT}{name}", kind: value}
