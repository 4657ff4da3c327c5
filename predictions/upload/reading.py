"""From bytes to rows: what kind of file it is, what its columns are, and each row with the line it stands on.

The kind is told by the contents and never by the name. A file that is no table at all is refused as a whole; a row that
cannot be read is refused by itself, and the next one is read.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from predictions.upload.errors import FileRefusedError
from predictions.upload.lines import TOO_LONG, Lines
from predictions.upload.template import BY_NAME, NEEDED

CSV, NDJSON = "csv", "ndjson"
FORMATS = {CSV: "CSV", NDJSON: "NDJSON"}
MOST_COLUMNS = 500
MOST_IGNORED = 50
LONGEST_NAME = 64
WHOLE_ROW = ""  # the column of what is wrong with a row and with no column of it
_DELIMITERS = (",", ";", "\t")
_SEP_LINE = re.compile(r'"?sep=(?P<delimiter>[,;\t])"?\s*', re.IGNORECASE)
_FOREIGN = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"), (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook"), (b"%PDF", "a PDF document"),
    (b"7z\xbc\xaf", "a 7-Zip archive"), (b"BZh", "a bzip2 archive"), (b"\xfd7zXZ", "an xz archive"),
    (b"<", "a web page or XML"), (b"{\\rtf", "a text document (RTF)"), (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)  # fmt: skip
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_AS_TEXT = "Save it as CSV in UTF-8 (Excel: Save As, CSV UTF-8) and try again."


@dataclass
class Row:
    """What a line says, by column, and what is wrong with it so far: (line, column, reason, value as found)."""

    line: int
    values: dict[str, Any]
    faults: list[tuple[int, str, str, str]] = field(default_factory=list)

    def refuse(self, column: str, reason: str, found: object = "") -> None:
        self.faults.append((self.line, column, reason, found if isinstance(found, str) else repr(found)))


@dataclass(frozen=True)
class Table:
    """A file that is being read: `rows` gives each row once, and `ignored` grows with what was met and is not read.

    The values are texts in CSV and JSON values in NDJSON.
    """

    kind: str
    lines: Lines
    rows: Iterator[Row]
    ignored: set[str]


def open_table(chunks: Iterable[bytes], *, kind: str = "") -> Table:
    """Look at the beginning and read the header; FileRefusedError where it is no file of ours."""
    chunks = iter(chunks)
    first = next(chunks, b"")
    while len(first) < 4 and (more := next(chunks, None)) is not None:  # noqa: PLR2004  the longest signature that matters
        first += more
    _refuse_other_files(first)
    lines = Lines(chain([first], chunks))
    kind = kind or (NDJSON if first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" else CSV)
    if kind == NDJSON:
        ignored: set[str] = set()
        return Table(NDJSON, lines, _objects(lines, ignored), ignored)
    return _csv_table(lines)


def _refuse_other_files(first: bytes) -> None:
    if not first.strip():
        msg = "The file is empty."
        raise FileRefusedError(msg)
    for signature, what in _FOREIGN:
        if first.startswith(signature):
            msg = f"The file is {what}, whatever its name says. {_AS_TEXT}"
            raise FileRefusedError(msg)
    if first.startswith(_UTF16):
        msg = f"The file is in UTF-16. {_AS_TEXT}"
        raise FileRefusedError(msg)
    if first[:1024].count(0) * 8 > len(first[:1024]):  # a stray one is its line's own fault
        msg = f"The file holds NUL characters: it is no text, or not in UTF-8. {_AS_TEXT}"
        raise FileRefusedError(msg)
    if first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
        msg = "The file is one JSON list. NDJSON has one JSON object on each line, without brackets and commas around them."
        raise FileRefusedError(msg)


# --- CSV ------------------------------------------------------------------------------------------------------------------


def _csv_table(lines: Lines) -> Table:
    texts = iter(lines)
    beginning, delimiter = _first_line(lines, texts)
    records = _records(lines, chain([beginning], texts), delimiter)
    _line, header = next(records)
    names = _names(header or [])
    known = [(place, name) for place, name in enumerate(names) if name in BY_NAME]
    ignored: set[str] = set()
    _ignore(ignored, names)
    return Table(CSV, lines, _rows(lines, records, known, width=len(names)), ignored)


def _first_line(lines: Lines, texts: Iterator[str]) -> tuple[str, str]:
    """The header's first line and what separates its cells; Excel's own `sep=;` is taken at its word."""
    line = next((text for text in texts if text.strip()), "")
    told = _SEP_LINE.fullmatch(line)
    if told:
        line = next(texts, "")
    for _number, trouble in lines.troubles(1, lines.number):
        msg = f"The header cannot be read: {trouble}."
        raise FileRefusedError(msg)
    return line, told["delimiter"] if told else max(_DELIMITERS, key=line.count)


def _names(header: list[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    if len(names) > MOST_COLUMNS:
        msg = f"The file has {len(names):,} columns; at most {MOST_COLUMNS} are read."
        raise FileRefusedError(msg)
    twice = sorted({name for name in names if name in BY_NAME and names.count(name) > 1})
    if twice:
        msg = f"The header names {_listed(twice)} more than once."
        raise FileRefusedError(msg)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        msg = f"The header lacks {_listed(missing)}. The template shows every column."
        raise FileRefusedError(msg)
    return names


def _ignore(ignored: set[str], names: Iterable[str]) -> None:
    """Bounded: a file could name a thousand things on every line."""
    for name in names:
        if name not in BY_NAME and len(ignored) < MOST_IGNORED:
            ignored.add(name[:LONGEST_NAME] or "(no name)")


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def _records(lines: Lines, texts: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record with the line it begins on; None where it cannot be read, and `lines` or the caller knows why."""
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    before = lines.number - 1  # the header's first line was read already
    while True:
        first = before + reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            last = before + reader.line_num
            if last > first:
                msg = f"A quotation mark is opened on line {first:,} and not closed: what follows cannot be told apart."
                raise FileRefusedError(msg) from None
            yield first, None
        else:
            yield first, record


def _rows(
    lines: Lines, records: Iterator[tuple[int, list[str] | None]], known: list[tuple[int, str]], *, width: int
) -> Iterator[Row]:
    for first, record in records:
        troubles = lines.troubles(first, lines.number)
        if not record and record is not None and not troubles:
            continue  # an empty line
        if record is None:
            row = Row(first, {})
            row.refuse(WHOLE_ROW, "a quotation mark stands where none may be: double it inside a quoted cell")
        elif not troubles and not any(map(str.strip, record)):
            continue  # nothing but separators, as a spreadsheet writes for its empty rows
        elif len(record) != width and not troubles:
            row = Row(first, {})
            row.refuse(WHOLE_ROW, f"has {len(record):,} cells where the header has {width:,}")
        else:
            row = Row(first, {name: record[place].strip() for place, name in known} if not troubles else {})
        _add_troubles(row, troubles, last=lines.number)
        yield row


def _add_troubles(row: Row, troubles: list[tuple[int, str]], *, last: int) -> None:
    for number, trouble in troubles:
        if trouble == TOO_LONG and last > row.line:
            msg = f"Line {number:,}, inside a quoted cell, is too long to be read: what follows cannot be told apart."
            raise FileRefusedError(msg)
        row.faults.append((number, WHOLE_ROW, trouble, ""))


# --- NDJSON ---------------------------------------------------------------------------------------------------------------


class _RefusedJson(ValueError):  # noqa: N818  one reason among those of a row
    """What strict JSON does not allow, and Python's reader would."""


def _objects(lines: Lines, ignored: set[str]) -> Iterator[Row]:
    for text in lines:
        row = Row(lines.number, {})
        troubles = lines.troubles(lines.number, lines.number)
        if not troubles and not text.strip():
            continue
        if troubles:
            _add_troubles(row, troubles, last=row.line)
        else:
            _read_object(row, text)
            _ignore(ignored, row.values)
        yield row


def _read_object(row: Row, text: str) -> None:
    try:
        told = _DECODER.decode(text)
    except _RefusedJson as refused:
        row.refuse(WHOLE_ROW, str(refused))
        return
    except (ValueError, RecursionError):
        row.refuse(WHOLE_ROW, "the line is not one JSON object")
        return
    if not isinstance(told, dict):
        row.refuse(WHOLE_ROW, "the line is not one JSON object")
        return
    row.values = told


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        msg = "the line names a key twice"
        raise _RefusedJson(msg)
    return told


def _no_constant(word: str) -> Any:
    msg = f"{word} is no JSON"
    raise _RefusedJson(msg)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        msg = "the line holds a number that is too large"
        raise _RefusedJson(msg)
    return number


def _short_int(digits: str) -> int:
    if len(digits) > 18:  # noqa: PLR2004  more than any bigint, and Python takes long over thousands of digits
        msg = "the line holds a number that is too large"
        raise _RefusedJson(msg)
    return int(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite, parse_int=_short_int)
