"""Bulk import: files of NDJSON as FHIR's Bulk Data export writes them, one resource a line, in any order of files.

Patients are taken first, then stays, then what is about them, so that references find what they name. A line that is
refused is told with its number and leaves the others alone; what was taken before is taken again without a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from rest_framework.exceptions import APIException

from clinical.clients.access import access_by
from clinical.doors import strict_json
from clinical.errors import ClinicalError
from clinical.models import CareUnit, EhrClient
from predictions.fhir import r4
from predictions.fhir.caller import Caller, Resource
from predictions.fhir.outcomes import Issue, issues_of, operation_outcome
from predictions.fhir.taking.incoming import Incoming, of_one
from predictions.fhir.taking.taking import take

AT_ONCE = 200
LONGEST_LINE = strict_json.LARGEST_BODY
ALL = "system/*.c"
_ORDER = ("Patient", "Encounter", *(name for name in r4.TAKEN if name not in {"Patient", "Encounter"}))


@dataclass(frozen=True)
class Line:
    """One line of one file, numbered from 1."""

    file: Path
    number: int
    incoming: Incoming


@dataclass
class Imported:
    """What became of the lines. `refused` is called with each as it is found, so that none has to be kept."""

    on_refused: Callable[[Resource], object]
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    types: dict[str, int] = field(default_factory=dict)

    def refuse(self, file: Path, number: int, issues: Sequence[Issue]) -> None:
        self.refused += 1
        at = f"{file.name}, line {number:,}: "
        told = [Issue(f"{at}{issue.message}", issue.expression, issue.type, issue.severity) for issue in issues]
        self.on_refused(operation_outcome(told))


def import_files(
    files: Sequence[Path], *, client: EhrClient, on_refused: Callable[[Resource], object], on_line: Callable[[], object]
) -> Imported:
    """Take them all; scores follow by a worker. A type that the client may not send is refused line by line."""
    told = Imported(on_refused)
    for name in _ORDER:
        lines = _lines(files, name, told, on_line, names_faults=name == _ORDER[0])
        while chunk := list(islice(lines, AT_ONCE)):
            _take(chunk, client, told)
    return told


def _lines(
    files: Sequence[Path], name: str, told: Imported, on_line: Callable[[], object], *, names_faults: bool
) -> Iterator[Line]:
    """The lines of this type; what cannot be read at all is named in the first pass alone."""
    for file in files:
        with file.open("rb") as lines:
            number = 0
            while raw := lines.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    _skip_line(raw, lines)
                if names_faults:
                    on_line()
                if not raw.strip():
                    continue
                resource, issues = _read(raw)
                if issues and names_faults:
                    told.refuse(file, number, issues)
                elif resource is not None and resource["resourceType"] == name:
                    yield from _checked(file, number, resource, told)


def _skip_line(raw: bytes, lines: BinaryIO) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = lines.readline(LONGEST_LINE)


def _read(raw: bytes) -> tuple[Resource | None, list[Issue]]:
    if len(raw) > LONGEST_LINE:
        return None, [Issue(f"is longer than {LONGEST_LINE:,} bytes", type="too-long")]
    try:
        resource = strict_json.loads(raw, of="line")
    except APIException as error:
        return None, [Issue(str(error.detail), type="structure")]
    if not isinstance(resource, dict) or resource.get("resourceType") not in r4.TAKEN:
        return None, [Issue(f"is no resource of the types {', '.join(r4.TAKEN)}", "resourceType", "structure")]
    return resource, []


def _checked(file: Path, number: int, resource: Resource, told: Imported) -> Iterator[Line]:
    name = str(resource["resourceType"])
    try:
        incoming = of_one(resource, expected=name, sent_id=str(resource.get("id", "")))
    except ClinicalError as error:
        told.refuse(file, number, issues_of(error)[1])
    else:
        told.types[name] = told.types.get(name, 0) + 1
        yield Line(file, number, incoming)


def _take(chunk: Sequence[Line], client: EhrClient, told: Imported) -> None:
    """Together; where one is refused, each on its own, to find it."""
    name = chunk[0].incoming.type
    caller = Caller(client.user, _units(client, name), "")
    try:
        taken = take([line.incoming for line in chunk], caller=caller, score_now=False)
    except ClinicalError as error:
        if len(chunk) == 1:
            told.refuse(chunk[0].file, chunk[0].number, issues_of(error)[1])
            return
        for line in chunk:
            _take([line], client, told)
        return
    for one in taken:
        told.new += one.kept.is_new
        told.changed += one.kept.changed and not one.kept.is_new
        told.unchanged += not one.kept.changed and not one.kept.is_new


def _units(client: EhrClient, name: str) -> list[CareUnit]:
    """Asked at each chunk: what was revoked in between counts."""
    access = access_by(client, scopes=[ALL])
    return access.units(f"system/{name}.c") if access is not None else []
