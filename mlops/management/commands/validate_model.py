"""Validate from the raw file: every figure with its interval, comparators on the same rows, the leak bench, and a report."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from clinical.diabetes130.source import dataset_at
from clinical.errors import ClinicalError
from mlops.datasets import Protocol
from mlops.errors import OperationError
from mlops.validation.document import commands_in, with_tables
from mlops.validation.report import report_of
from mlops.validation.result import ValidationResult
from mlops.validation.tables import lines_of, markdown_of
from mlops.validation.validating import DRAWS, Wanted, validate, violated
from predictions.engines.registry import DEFAULT, ENGINES
from predictions.errors import PredictionError

KEPT_IN = Path("var/validation")
_PUBLISHED = [Protocol.BY_PATIENT.value, Protocol.BY_ROW.value]  # what others can repeat; a cut in time needs dates


class Command(BaseCommand):
    """See the module."""

    help = "Validate from the raw file, with comparators and intervals; exits with 1 where a leak check is violated."

    def add_arguments(self, parser: CommandParser) -> None:
        _asked_for(parser)
        parser.add_argument("--dataset", type=Path, help="zip or csv; default: the usual places")
        parser.add_argument("--json", type=Path, help="write every figure to this file")
        parser.add_argument("--html", type=Path, help="write the report for reviewers to this file")
        parser.add_argument("--markdown", type=Path, help="write the tables to this file")
        parser.add_argument(
            "--document", type=Path, metavar="FILE",
            help=f"run every command that this document names, write its tables into it, and JSON and report to {KEPT_IN}",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            path = dataset_at(options["dataset"])
        except ClinicalError as error:
            raise CommandError(str(error)) from error
        broken = self._document(options["document"], path) if options["document"] else self._one(options, path)
        if broken:
            msg = f"A leak check is violated, and no figure above may be believed: {', '.join(broken)}."
            raise CommandError(msg)

    def _one(self, options: Mapping[str, Any], path: Path) -> list[str]:
        result = _validated(_wanted(options, path))
        found = result.as_json()
        for option, made in (("json", _as_text), ("html", report_of), ("markdown", markdown_of)):
            if options[option]:
                options[option].write_text(made(found))
        for line in lines_of(found):
            self.stdout.write(line)
        return violated(result)

    def _document(self, document: Path, path: Path) -> list[str]:
        KEPT_IN.mkdir(parents=True, exist_ok=True)
        parser, broken = CommandParser(), []
        _asked_for(parser)
        for arguments in commands_in(document.read_text()):
            options = vars(parser.parse_args(shlex.split(arguments)))
            kept = KEPT_IN / "-".join([options["protocol"], str(options["seed"]), *(options["engine"] or [])])
            files = {name: kept.with_suffix(suffix) for name, suffix in _SUFFIXES.items()}
            broken += self._one({**options, **files}, path)
            document.write_text(with_tables(document.read_text(), {arguments: files["markdown"].read_text()}))
        return broken


_SUFFIXES = {"json": ".json", "html": ".html", "markdown": ".md"}


def _asked_for(parser: CommandParser) -> None:
    """What decides the figures."""
    parser.add_argument("--protocol", choices=_PUBLISHED, default=Protocol.BY_PATIENT.value)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--engine", action="append", metavar="NAME", help=f"repeatable, or a list with commas: {_names()}")
    parser.add_argument("--repeat", type=int, default=0, metavar="K", help="also the spread over K further seeds")
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"patient bootstrap draws; default: {DRAWS}")


def _validated(wanted: Wanted) -> ValidationResult:
    try:
        with tqdm(total=wanted.steps, unit=" steps", disable=None, leave=False) as bar:
            return validate(wanted, on_step=bar.update)
    except (ClinicalError, OperationError, PredictionError) as error:
        raise CommandError(str(error)) from error


def _wanted(options: Mapping[str, Any], path: Path) -> Wanted:
    engines = tuple(dict.fromkeys(name for given in options["engine"] or [DEFAULT] for name in given.split(",")))
    for name in engines:
        if name not in ENGINES:
            msg = f"There is no engine called {name!r}; there are {_names()}."
            raise CommandError(msg)
    if options["repeat"] < 0 or options["draws"] < 1:
        msg = "--repeat is 0 or more, and --draws 1 or more."
        raise CommandError(msg)
    return Wanted(
        path=path,
        protocol=Protocol(options["protocol"]),
        seed=options["seed"],
        engines=engines,
        draws=options["draws"],
        repeats=options["repeat"],
        command=_command(options, engines),
    )


def _command(options: Mapping[str, Any], engines: tuple[str, ...]) -> str:
    """What to type for the same figures; without the paths of this machine."""
    parts = [f"--protocol {options['protocol']}", f"--seed {options['seed']}", f"--engine {','.join(engines)}"]
    parts += [f"--repeat {options['repeat']}"] if options["repeat"] else []
    parts += [f"--draws {options['draws']}"] if options["draws"] != DRAWS else []
    return f"manage.py validate_model {' '.join(parts)} --json validation.json --html validation.html"


def _names() -> str:
    return ", ".join(ENGINES)


def _as_text(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1) + "\n"
