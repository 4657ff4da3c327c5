"""The refused rows as a CSV file that a spreadsheet may open: no cell of it is ever taken for a formula.

A few lines of our own rather than a package: the rule is one expression, and the test holds it to every kind of cell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from predictions.upload.importing import Fault

HEADER = ("line", "column", "reason", "value_as_found")
# what begins a formula in one spreadsheet or another, also behind spaces or a quotation mark, and in full width
_FORMULA = re.compile(r"""[\s"'\0\ufeff\u200b]*[=+\-@\t\r\n\0|%\uff1d\uff0b\uff0d\uff20]|[\t\r\n\0]""")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_CONTROL = re.compile(r"[\0-\x1f\x7f]")


def lines(faults: Iterable[Fault]) -> Iterator[str]:
    """The whole file, line by line, with the mark by which Excel knows UTF-8."""
    yield "\ufeff" + _line(HEADER)
    for line, column, reason, found in faults:
        yield _line((str(line), neutral(column or "(whole row)"), neutral(reason), neutral(found)))


def neutral(cell: str) -> str:
    """The cell as text in any spreadsheet; a number stays one."""
    if _NUMBER.fullmatch(cell):
        return cell
    shown = _CONTROL.sub(" ", cell)
    return f"'{shown}" if _FORMULA.match(cell) else shown


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(cells)
    return written.getvalue()
