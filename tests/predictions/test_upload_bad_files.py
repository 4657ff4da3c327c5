"""What Excel, other encodings and bad luck make of a file: each refused with its line, its column and a reason, or read."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
import zipfile
from typing import Any

import pytest

from config.environment import ROOT
from predictions.upload import report, template
from predictions.upload.checking import Checker
from predictions.upload.errors import FileRefusedError
from predictions.upload.reading import open_table
from tests.predictions.upload_files import ROW, csv_of, in_pieces, ndjson_of

HEADER = csv_of({}).split(b"\r\n", maxsplit=1)[0]
GOOD = csv_of({}).split(b"\r\n")[1]
MEGABYTE = 1_000_000


def read(data: bytes, *, size: int = 1 << 18) -> tuple[list[tuple[int, str]], int]:
    """(line, column) of every fault, and how many rows are good."""
    table = open_table(in_pieces(data, size)())
    checker = Checker(kind=table.kind, units={"CARD": 1})
    found, good = [], 0
    for row in table.rows:
        good += checker.stay(row) is not None
        found += [(line, column) for line, column, _reason, _found in row.faults]
    return found, good


def rows(*lines: bytes, end: bytes = b"\r\n") -> bytes:
    return end.join((HEADER, *lines)) + end


# --- read all the same -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + csv_of({}),
        csv_of({}, delimiter=";"),
        csv_of({}, delimiter="\t"),
        b"sep=;\r\n" + csv_of({}, delimiter=";"),
        rows(GOOD, end=b"\n"),
        rows(GOOD, end=b"\r"),
        rows(b"", GOOD, b",,,,,,,,,,", b""),
        rows(GOOD).rstrip(),
        HEADER.upper().replace(b",", b" , ") + b"\n" + GOOD,
        ndjson_of({}),
        b"\xef\xbb\xbf\n\n" + ndjson_of({}),
        ndjson_of({"sex": None, "discharged_at": None}),
        rows(GOOD.replace(b"2026-11-10 09:30", b"2026-11-10T09:30:00+01:00")),
    ],
    ids=lambda data: repr(data[:24]),
)
def test_the_ways_of_spreadsheets_are_read(data: bytes) -> None:
    assert read(data) == ([], 1)
    assert read(data, size=7) == ([], 1), "however the file is cut into pieces"


def test_columns_that_are_not_ours_are_named_and_left_out() -> None:
    for data in (csv_of({"colour": "red", "": "x"}), ndjson_of({"colour": "red", "(no name)": 1})):
        table = open_table([data])
        assert all(not row.faults for row in table.rows)
        assert table.ignored == {"colour", "(no name)"}


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    over_three_lines = GOOD.replace(b"Muster", b'"Mus\nter\r\nMaier"')
    bad = GOOD.replace(b"1951-04-02", b"1951-04-31")
    assert read(rows(over_three_lines, bad)) == ([(2, "family_name"), (5, "birth_date")], 0)


# --- refused rows ----------------------------------------------------------------------------------------------------------

CELLS = [
    ("birth_date", "2099-01-01"), ("birth_date", "1850-01-01"), ("birth_date", "2023-02-29"), ("birth_date", "02.04.1951"),
    ("birth_date", "19510402"), ("birth_date", "١٩٥١-٠٤-٠٢"), ("birth_date", ""),
    ("medications_count", "NaN"), ("medications_count", "inf"), ("medications_count", "1,5"), ("medications_count", "1.0"),
    ("medications_count", "١٢"), ("medications_count", "-1"), ("medications_count", "1e400"), ("medications_count", "301"),
    ("medications_count", "99999999999999999999"),
    ("sex", "F"), ("visit_number", ""), ("visit_number", "V" * 65), ("family_name", "A\u202eB"), ("family_name", "A\u200bB"),
    ("unit", "NOPE"), ("unit", ""), ("admitted_at", "2026-11-10"), ("admitted_at", "2026-13-10 09:30"),
    ("admitted_at", "1989-01-01 00:00"), ("admitted_at", "2999-01-01 00:00"), ("admitted_at", "10/11/2026 09:30"),
    ("admitted_at", "0001-01-01 00:00+14:00"), ("discharged_at", "2026-11-01 09:30"),
    ("drugs", "insulin"), ("drugs", "insulin=up insulin=down"), ("drugs", "aspirin=up"), ("drugs", "insulin=more"),
    ("drugs", "{}"), ("payer_code", "x" * 9), ("diagnosis_1", "9999"), ("any_drug_changed", "1"), ("admission_type", "9"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell"), CELLS, ids=[f"{column}={cell[:24]}" for column, cell in CELLS])
def test_a_bad_cell_is_refused_by_its_line_and_column(column: str, cell: str) -> None:
    found, good = read(csv_of({}, {column: cell}, {}))
    assert found[0] == (3, column)
    assert {line for line, _column in found} == {3}, "a birth to come is also later than the admission: the same row's fault"
    assert good == 2


VALUES: list[tuple[str, Any]] = [
    ("medications_count", 1.5), ("medications_count", True), ("medications_count", "12"), ("medications_count", [12]),
    ("birth_date", 19510402), ("family_name", {"x": 1}), ("sex", ["female"]), ("unit", 7), ("drugs", "insulin=up"),
    ("drugs", {"insulin": ["up"]}), ("race", ["asian"]), ("any_drug_changed", "true"), ("visit_number", 17),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), VALUES, ids=[f"{key}={value}" for key, value in VALUES])
def test_a_bad_value_is_refused_by_its_line_and_key(key: str, value: object) -> None:
    assert read(ndjson_of({}, {key: value}, {})) == ([(2, key)], 2)


@pytest.mark.parametrize(
    "line",
    [
        b"not json", b"[1]", b"17", b"null", b'{"a": 1} {"b": 2}', b'{"unit": "CARD", "unit": "NEPH"}', b'{"a": NaN}',
        b'{"a": Infinity}', b'{"a": 1e400}', b'{"a": ' + b"9" * 5000 + b"}", b"[" * 30_000, b'{"a":' * 9_000, b'{"a": "',
        b"\xff\xfe", b'{"a": "\0"}', b"{" + b"x" * 70_000,
    ],
    ids=lambda line: repr(line[:20]),
)  # fmt: skip
def test_a_line_that_is_no_object_is_refused_and_the_next_is_read(line: bytes) -> None:
    first, last = ndjson_of({}, {}).splitlines()
    assert read(b"\n".join((first, line, last))) == ([(2, "")], 2)


@pytest.mark.parametrize(
    "line",
    [
        GOOD.replace(b"Anna", b"Andr\xe9"), GOOD.replace(b"Anna", b"\xff"), GOOD.replace(b"Anna", b"An\0na"),
        GOOD.replace(b"Anna", b'"An"na'), GOOD + b",more", b"X1,Muster", GOOD.replace(b"Anna", b"a" * 10 * MEGABYTE),
        GOOD.replace(b"Anna", b'"' + b"a" * 10 * MEGABYTE + b'"'), b"," * 10_000,
    ],
    ids=["latin-1", "0xFF", "NUL", "quote inside", "a cell more", "too few", "10 MB cell", "10 MB quoted", "10,000 empty"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_refused_and_the_next_is_read(line: bytes) -> None:
    expected = [] if not line.strip(b",") else [(3, "")]
    assert read(rows(GOOD, line, GOOD)) == (expected, 2)


def test_all_faults_of_a_row_are_told_at_once() -> None:
    found, _good = read(csv_of({"birth_date": "x", "sex": "x", "unit": "x", "medications_count": "x"}))
    assert sorted(column for _line, column in found) == ["birth_date", "medications_count", "sex", "unit"]


# --- refused files ---------------------------------------------------------------------------------------------------------


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stays.csv", bytes(20 * MEGABYTE))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n \r\n", "empty"),
        (csv_of({}).decode().encode("utf-16"), "UTF-16"),
        (csv_of({}).decode().encode("utf-16-le"), "NUL characters"),
        (zip_bomb(), "zip archive"),
        (b"\xd0\xcf\x11\xe0" + bytes(50), "old Excel workbook"),
        (b"<html><table>", "web page"),
        (json.dumps([ROW]).encode(), "one JSON list"),
        (b"visit_number,unit\nV1,CARD\n", "lacks medical_record_number, family_name, given_name, birth_date"),
        (HEADER + b",Sex\r\n", "names sex more than once"),
        (HEADER + b",c" * 600 + b"\r\n", "at most 500"),
        (HEADER + b",column" * 10_000 + b"\r\n", "header cannot be read"),
        (HEADER + b",Gr\xf6\xdfe\r\n", "header cannot be read"),
        (rows(GOOD, GOOD.replace(b"Anna", b'"Anna'), GOOD, GOOD), "opened on line 3"),
        (rows(GOOD, GOOD.replace(b"Anna", b'"An\n' + b"a" * 70_000 + b'\nna"'), GOOD), "Line 4, inside a quoted cell"),
    ],
)
def test_a_file_that_is_no_table_of_ours_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(FileRefusedError, match=re.escape(reason)):
        read(data)


def test_a_quotation_mark_that_is_open_at_the_end_is_told_by_its_line() -> None:
    assert read(rows(GOOD) + GOOD.replace(b"Anna", b'"Anna')) == ([(3, "")], 1)


@pytest.mark.parametrize("line_end", [b"", b"\n"])
def test_memory_does_not_grow_with_one_endless_line(line_end: bytes) -> None:
    piece = b"a" * (1 << 18)
    tracemalloc.start()
    table = open_table(iter([rows(GOOD), b'X,"', *(piece for _ in range(40)), line_end]))
    assert sum(bool(row.faults) for row in table.rows) == 1
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * MEGABYTE


# --- the report and the template ---------------------------------------------------------------------------------------------


FULL_WIDTH = ("\uff1d1", "\uff0b1", "\uff0d1", "\uff20A")
BEHIND_SOMETHING = ("\t=1", "\r=1", "\n=1", " =1", '"=1', "'=1", "\0=1", "\ufeff=1")


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "-2+3", "@SUM(A1)", "|x", "-1.5x", *FULL_WIDTH, *BEHIND_SOMETHING])
def test_what_could_be_a_formula_is_text(cell: str) -> None:
    assert report.neutral(cell).startswith("'")
    assert not re.search(r"[\0-\x1f]", report.neutral(cell))


@pytest.mark.parametrize("cell", ["-1.5", "+3", "12", "1e5", "Muster", "", "a=b", "2026-11-10", "insulin=up"])
def test_numbers_and_plain_words_stay_as_they_are(cell: str) -> None:
    assert report.neutral(cell) == cell


def test_the_report_reads_back_with_a_line_for_each_fault() -> None:
    written = "".join(report.lines([(3, "sex", "must be one of 'female'", '=HYPERLINK("x")\n')]))
    header, row = csv.reader(io.StringIO(written.removeprefix("\ufeff")))
    assert header == list(report.HEADER)
    assert row == ["3", "sex", "must be one of 'female'", '\'=HYPERLINK("x") ']


def test_the_template_is_read_without_a_fault() -> None:
    assert read(template.as_csv().encode()) == ([], 1)


def test_the_document_lists_the_columns_that_are_read() -> None:
    assert template.as_markdown() in (ROOT / "docs" / "ehr.md").read_text()
