"""What schemathesis is told beside the schema: wards and times that there are, to come further than the first check."""

from __future__ import annotations

import json
from typing import Any

import schemathesis

UNIT, TAKEN = "CARD", 200


@schemathesis.serializer("application/x-ndjson")
def lines(_context: Any, value: Any) -> bytes:
    """A job's body, which is whatever was made."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Every other stay is on the ward that there is, of somebody who can have lived."""
    if not isinstance(body, dict):
        return body
    for stay in (body, *(stay for stay in _list(body.get("encounters")) if isinstance(stay, dict))):
        _make_possible(stay)
    return body


@schemathesis.check
def refused_in_its_line(_context: Any, response: Any, case: Any) -> None:
    """A batch that does not fit the schema, and is answered all the same, says which of its items was refused."""
    if response.status_code != TAKEN or case.operation.definition.raw.get("operationId") != "createEncounters":
        return
    if case.meta is not None and case.meta.generation.mode.is_negative:
        assert response.json()["refused"], "an item that does not fit the schema was taken"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _make_possible(stay: dict[str, Any]) -> None:
    number = stay.get("visit_number")
    if not isinstance(number, str) or len(number) % 2:
        return
    for name, value in (
        ("unit", UNIT), ("admitted_at", "2026-11-02T08:30:00Z"), ("discharged_at", "2026-11-07T08:30:00Z"),
        ("told_at", "2026-11-08T08:30:00Z"),
    ):  # fmt: skip
        if isinstance(stay.get(name), str):
            stay[name] = value
    patient = stay.get("patient")
    if isinstance(patient, dict) and isinstance(patient.get("birth_date"), str):
        patient["birth_date"] = "1951-04-02"
