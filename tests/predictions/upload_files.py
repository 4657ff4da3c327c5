"""Files as hospitals send them: rows by column, written as CSV or NDJSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter
from predictions.upload.importing import Report, Source, take_in_file

ROW: dict[str, Any] = {
    "medical_record_number": "X1", "family_name": "Muster", "given_name": "Anna", "birth_date": "1951-04-02", "sex": "female",
    "visit_number": "V1", "unit": "CARD", "admitted_at": "2026-11-10 09:30", "discharged_at": "2026-11-14 12:00",
    "medications_count": "12", "drugs": "insulin=up metformin=steady",
}  # fmt: skip


def csv_of(*rows: dict[str, Any], delimiter: str = ",") -> bytes:
    """Rows that differ from ROW by what is given."""
    table = _numbered(ROW, rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in table for name in row)), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()


def ndjson_of(*rows: dict[str, Any]) -> bytes:
    told = ROW | {"medications_count": 12, "drugs": {"insulin": "up"}}
    return b"".join(json.dumps(row).encode() + b"\n" for row in _numbered(told, rows))


def _numbered(base: dict[str, Any], rows: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    return [
        base | {"visit_number": f"V{number}", "medical_record_number": f"X{number}"} | row
        for number, row in enumerate(rows, start=1)
    ]


def in_pieces(data: bytes, size: int = 1 << 18) -> Callable[[], Iterator[bytes]]:
    return lambda: (data[place : place + size] for place in range(0, len(data), size))


def take(data: bytes, *units: CareUnit, accept_valid: bool = False) -> Report:
    return take_in_file(Source(in_pieces(data), units), by=None, accept_valid=accept_valid)


def stay(visit_number: str = "V1") -> Encounter:
    with scope_of_the_system():
        return Encounter.objects.select_related("patient", "unit").get(provenance="ehr", source_id=visit_number)


def faults(report: Report) -> list[tuple[int, str]]:
    return [(line, column) for line, column, _reason, _found in report.faults]
