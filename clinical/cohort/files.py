"""A cohort as a file in the data set's own format, with the mapping that belongs beside it."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import polars as pl

from clinical.diabetes130.mapping import check_mapping, mapping_text
from clinical.errors import SourceRefusedError

MAPPING = "IDs_mapping.csv"


def as_bytes(raw: pl.DataFrame) -> bytes:
    """The table as the file holds it."""
    buffer = io.BytesIO()
    raw.write_csv(buffer, line_terminator="\r\n")
    return buffer.getvalue()


def digest(table: bytes) -> str:
    """SHA-256, as the load of the file reports it."""
    return hashlib.sha256(table).hexdigest()


def write(table: bytes, path: Path) -> None:
    """Write the table, and its mapping where none lies there; no file is ever overwritten."""
    mapping = path.with_name(MAPPING)
    if mapping.exists():
        check_mapping(mapping.read_text(encoding="utf-8-sig"))
    try:
        with path.open("xb") as file:
            file.write(table)
    except FileExistsError as exists:
        msg = f"{path} is there already; it is left as it is."
        raise SourceRefusedError(msg) from exists
    except OSError as failed:
        msg = f"{path} cannot be written: {failed.strerror or failed}."
        raise SourceRefusedError(msg) from failed
    if not mapping.exists():
        mapping.write_bytes(mapping_text().encode())
