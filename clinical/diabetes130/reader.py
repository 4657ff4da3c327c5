"""The file's rows as the encounter table: every cell decoded or refused with its line and the reason.

Faults of the file as a whole (columns, packing, encoding, a cut end, its code lists) stop the reading at once.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from clinical.diabetes130.columns import ENCOUNTER_COLUMNS, LABEL, RAW_COLUMNS, RULES
from clinical.diabetes130.mapping import check_mapping
from clinical.diabetes130.source import Source, open_source
from clinical.diabetes130.succession import with_earlier_stays
from clinical.encounter_table import EARLIER, LISTED, with_places
from clinical.errors import RowsRefusedError, SourceRefusedError

ROWS_AT_ONCE = 10_000
LINE = "line"
REFUSALS_KEPT = 1_000
_SHOWN_CHARACTERS = 24


@dataclass(frozen=True)
class RowRefusal:
    """Why one line was not taken."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line:,}: {self.reason}"


@dataclass(frozen=True)
class EncounterTable:
    """What a file held. `frame` has the encounter table's columns, `readmission` and `line`, in file order."""

    frame: pl.DataFrame
    rows_read: int
    refused_count: int
    sha256: str
    refusals: list[RowRefusal] = field(default_factory=list)

    def refuse_if_any_row_was(self) -> None:
        if self.refused_count:
            raise RowsRefusedError(refused_count=self.refused_count, reasons=[str(refusal) for refusal in self.refusals])


def read_frame(path: Path) -> pl.DataFrame:
    """The encounter table of a file with its label, in file order; the whole file is refused for one bad row."""
    table = read_table(path)
    table.refuse_if_any_row_was()
    return with_earlier_stays(table.frame).select(*ENCOUNTER_COLUMNS, *LISTED, *EARLIER, LABEL)


def read_table(path: Path, *, on_progress: Callable[[float], None] | None = None) -> EncounterTable:
    """Read and check every row; `on_progress` is told what share of the file has been read."""
    parts: list[pl.DataFrame] = []
    refusals: list[RowRefusal] = []
    rows_read = 0
    with open_source(path) as source:
        check_mapping(source.mapping_text)
        for raw in _raw_parts(source):
            frame, refused = decode(raw)
            parts.append(frame)
            refusals += refused
            rows_read += raw.height
            if on_progress:
                on_progress(source.share_read)
        digest = source.sha256
    if not rows_read:
        msg = f"{path.name} holds no encounter."
        raise SourceRefusedError(msg)
    return _table(parts, refusals, rows_read, digest)


def table_of(raw: pl.DataFrame, *, sha256: str) -> EncounterTable:
    """Raw cells that never were in a file, held to the same rules as those of a file."""
    lines = pl.int_range(2, raw.height + 2, dtype=pl.Int64).alias(LINE)
    frame, refused = decode(raw.with_columns(lines))
    return _table([frame], refused, raw.height, sha256)


def read_raw(path: Path) -> pl.DataFrame:
    """The file's cells as they stand, for measuring it."""
    with open_source(path) as source:
        return pl.concat(list(_raw_parts(source)))


def decode(raw: pl.DataFrame) -> tuple[pl.DataFrame, list[RowRefusal]]:
    """The good rows of a frame of raw cells (and `line`), and why the others are refused."""
    decoded = raw.select(LINE, *(rule.expression.alias(rule.name) for rule in RULES))
    refused = decoded.select(pl.any_horizontal(pl.all().is_null())).to_series()
    if not refused.any():
        return decoded, []
    return decoded.filter(~refused), _reasons(raw.filter(refused), decoded.filter(refused))


def _reasons(raw: pl.DataFrame, decoded: pl.DataFrame) -> list[RowRefusal]:
    return [
        RowRefusal(cells[LINE], "; ".join(_faults(cells, values)))
        for cells, values in zip(raw.head(REFUSALS_KEPT).iter_rows(named=True), decoded.iter_rows(named=True), strict=False)
    ]


def _faults(cells: dict[str, str], values: dict[str, object]) -> Iterator[str]:
    for rule in RULES:
        if values[rule.name] is None:
            yield f"{rule.raw} is {cells[rule.raw][:_SHOWN_CHARACTERS]!r}, not {rule.expected}"


def _table(parts: list[pl.DataFrame], refusals: list[RowRefusal], rows_read: int, sha256: str) -> EncounterTable:
    frame, repeated = _without_repeated(pl.concat(parts))
    refusals = sorted([*refusals, *repeated], key=lambda refusal: refusal.line)
    return EncounterTable(with_places(frame), rows_read, rows_read - frame.height, sha256, refusals[:REFUSALS_KEPT])


def _without_repeated(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[RowRefusal]]:
    repeated = ~frame["encounter_id"].is_first_distinct()
    if not repeated.any():
        return frame, []
    first_lines = frame.filter(~repeated).select("encounter_id", first=LINE)
    again = frame.filter(repeated).head(REFUSALS_KEPT).join(first_lines, on="encounter_id", how="left")
    refusals = [
        RowRefusal(line, f"encounter_id {encounter_id} stands on line {first:,} already")
        for line, encounter_id, first in again.select(LINE, "encounter_id", "first").iter_rows()
    ]
    return frame.filter(~repeated), refusals


def _raw_parts(source: Source) -> Iterator[pl.DataFrame]:
    """The file's cells as text, some thousand rows at a time, each with the line it ends on."""
    reader = csv.reader(source.lines(), strict=True)
    try:
        _check_header(source.name, next(reader, []))
        rows: list[list[str]] = []
        lines: list[int] = []
        for row in reader:
            if len(row) != len(RAW_COLUMNS):
                _refuse_width(source, reader.line_num, len(row))
            rows.append(row)
            lines.append(reader.line_num)
            if len(rows) == ROWS_AT_ONCE:
                yield _frame(rows, lines)
                rows, lines = [], []
        if rows:
            yield _frame(rows, lines)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        msg = f"{source.name} is not UTF-8 text: byte 0x{byte:02x} after line {reader.line_num:,}. Save it as UTF-8."
        raise SourceRefusedError(msg) from error
    except csv.Error as error:
        msg = f"{source.name} cannot be read as comma-separated values near line {reader.line_num:,}: {error}."
        raise SourceRefusedError(msg) from error
    if not source.ends_in_newline:
        msg = f"{source.name} stops within its last line: it was cut short."
        raise SourceRefusedError(msg)


def _frame(rows: list[list[str]], lines: list[int]) -> pl.DataFrame:
    cells = zip(RAW_COLUMNS, zip(*rows, strict=True), strict=True)
    return pl.DataFrame({LINE: lines, **{name: pl.Series(name, column, dtype=pl.String) for name, column in cells}})


def _check_header(name: str, header: list[str]) -> None:
    if header == list(RAW_COLUMNS):
        return
    missing = [column for column in RAW_COLUMNS if column not in header]
    unknown = [column for column in header if column not in RAW_COLUMNS]
    faults = [
        f"{len(missing)} missing ({_few(missing)})" if missing else "",
        f"{len(unknown)} unknown ({_few(unknown)})" if unknown else "",
        "" if missing or unknown else "in another order, or one of them twice",
    ]
    msg = f"{name} has other columns than the data set's {len(RAW_COLUMNS)}: {', '.join(filter(None, faults))}."
    raise SourceRefusedError(msg)


def _few(names: list[str]) -> str:
    shown = ", ".join(repr(name[:_SHOWN_CHARACTERS]) for name in names[:4])
    return shown if len(names) <= 4 else f"{shown}, ..."  # noqa: PLR2004  the four above


def _refuse_width(source: Source, line: int, width: int) -> None:
    cut = " The file was cut short." if source.is_at_its_end and not source.ends_in_newline else ""
    msg = f"{source.name}, line {line:,}: {width:,} cells instead of {len(RAW_COLUMNS)}.{cut}"
    raise SourceRefusedError(msg)
