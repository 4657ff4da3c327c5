"""Validate from the raw file: every figure with its interval, comparators on the same rows, the leak bench, and a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from clinical.diabetes130.source import find_dataset
from clinical.errors import ClinicalError
from mlops.datasets import Protocol
from mlops.errors import OperationError
from mlops.validation.report import report_of
from mlops.validation.tables import lines_of, markdown_of
from mlops.validation.validating import DRAWS, Wanted, validate, violated
from predictions.engines.registry import DEFAULT, ENGINES
from predictions.errors import PredictionError


class Command(BaseCommand):
    """See the module."""

    help = "Validate from the raw file, with comparators and intervals; exits with 1 where a leak check is violated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--protocol", choices=[protocol.value for protocol in Protocol], default=Protocol.BY_PATIENT.value)
        parser.add_argument("--seed", type=int, default=42)
        parser.add_argument("--engine", action="append", metavar="NAME", help=f"repeatable, or a list with commas: {_names()}")
        parser.add_argument("--repeat", type=int, default=0, metavar="K", help="also the spread over K further seeds")
        parser.add_argument("--draws", type=int, default=DRAWS, help=f"patient bootstrap draws; default: {DRAWS}")
        parser.add_argument("--dataset", type=Path, help="zip or csv; default: the usual places")
        parser.add_argument("--json", type=Path, help="write every figure to this file")
        parser.add_argument("--html", type=Path, help="write the report for reviewers to this file")
        parser.add_argument("--markdown", type=Path, help="write the tables of docs/validation.md to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = _wanted(options)
        try:
            with tqdm(total=wanted.steps, unit=" steps", disable=None, leave=False) as bar:
                result = validate(wanted, on_step=bar.update)
        except (ClinicalError, OperationError, PredictionError) as error:
            raise CommandError(str(error)) from error
        found = result.as_json()
        for option, made in (("json", _as_text), ("html", report_of), ("markdown", markdown_of)):
            if options[option]:
                options[option].write_text(made(found))
        for line in lines_of(found):
            self.stdout.write(line)
        if broken := violated(result):
            msg = f"A leak check is violated, and no figure above may be believed: {', '.join(broken)}."
            raise CommandError(msg)


def _wanted(options: dict[str, Any]) -> Wanted:
    engines = tuple(dict.fromkeys(name for given in options["engine"] or [DEFAULT] for name in given.split(",")))
    for name in engines:
        if name not in ENGINES:
            msg = f"There is no engine called {name!r}; there are {_names()}."
            raise CommandError(msg)
    if options["repeat"] < 0 or options["draws"] < 1:
        msg = "--repeat is 0 or more, and --draws 1 or more."
        raise CommandError(msg)
    return Wanted(
        path=options["dataset"] or _found(),
        protocol=Protocol(options["protocol"]),
        seed=options["seed"],
        engines=engines,
        draws=options["draws"],
        repeats=options["repeat"],
        command=_command(options, engines),
    )


def _command(options: dict[str, Any], engines: tuple[str, ...]) -> str:
    """What to type for the same figures; without the paths of this machine."""
    parts = [f"--protocol {options['protocol']}", f"--seed {options['seed']}", f"--engine {','.join(engines)}"]
    parts += [f"--repeat {options['repeat']}"] if options["repeat"] else []
    parts += [f"--draws {options['draws']}"] if options["draws"] != DRAWS else []
    return f"manage.py validate_model {' '.join(parts)} --json validation.json --html validation.html"


def _names() -> str:
    return ", ".join(ENGINES)


def _as_text(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1) + "\n"


def _found() -> Path:
    path = find_dataset()
    if path is None:
        msg = "The data set was not found: name its zip or csv file with --dataset, or set WARDLIGHT_DATASET."
        raise CommandError(msg)
    return path
