"""Start a training run; watch it, or take its steps here."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.models import User
from mlops import scheduling
from mlops.datasets import Protocol, Source
from mlops.errors import OperationError
from mlops.models import RunState, RunTrigger, TrainingRun
from mlops.pipeline.taking import take_step
from predictions.engines.registry import ENGINES

SECONDS_BETWEEN_LOOKS = 0.2


class Command(BaseCommand):
    """See the module."""

    help = "Train, judge and register a candidate: assemble, train, evaluate, gate, card, register."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", metavar="USERNAME", help="who asks; an approver who asks cannot approve the outcome")
        parser.add_argument("--reason", default="", help="why, in words")
        parser.add_argument("--source", choices=list(Source), help="matured outcomes (default), the file, or the lake")
        parser.add_argument("--dataset", type=Path, help="with --source file: zip or csv; default: the usual places")
        parser.add_argument("--table-version", type=int, help="with --source lake: version of its raw table")
        parser.add_argument("--protocol", choices=list(Protocol), help="how rows are split; default: by patient and time")
        parser.add_argument("--engine", choices=sorted(ENGINES), help="the learner")
        parser.add_argument("--parameters", type=Path, help="JSON of the learner's parameters, as tune_model prints")
        parser.add_argument("--seed", type=int)
        parser.add_argument("--gate", help="profile of the gate; default: the deployment's")
        parser.add_argument("--go-on", action="store_true", help="where a run is in flight already, go on with that one")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--here", action="store_true", help="take the steps in this process, and end with the run")
        where.add_argument("--wait", action="store_true", help="let the workers take them, and end with the run")

    def handle(self, *args: Any, **options: Any) -> None:
        run = TrainingRun.objects.in_flight().first() if options["go_on"] else None
        if run is None:
            run = _started(options)
            self.stdout.write(f"Run {run.public_id} was started.")
        else:
            self.stdout.write(f"Going on with run {run.public_id}.")
        if options["here"] or options["wait"]:
            self._follow(run, taking=options["here"])

    def _follow(self, run: TrainingRun, *, taking: bool) -> None:
        told = 0
        while True:
            seconds = take_step(run.pk) if taking else None
            for line in run.lines.all()[told:]:
                self.stdout.write(f"  {line.at:%H:%M:%S} {line.text}")
                told += 1
            self.stdout.flush()
            run.refresh_from_db()
            if not run.is_in_flight:
                break
            if seconds != 0:
                time.sleep(SECONDS_BETWEEN_LOOKS)
        if run.state not in {RunState.AWAITING_APPROVAL, RunState.DECIDED}:
            msg = f"The run ended: {run.get_state_display().lower()}. {run.failure}".strip()
            raise CommandError(msg)
        self.stdout.write(f"{run.version}: {run.version.get_status_display().lower() if run.version else ''}.")


def _started(options: dict[str, Any]) -> TrainingRun:
    try:
        run = scheduling.start(
            trigger=RunTrigger.COMMAND, requested_by=_user(options["by"]), reason=options["reason"],
            specification=_specification(options), hint=not options["here"],
        )  # fmt: skip
    except OperationError as error:
        raise CommandError(str(error)) from error
    assert run is not None  # noqa: S101  only a trigger's key can have been used before, and this has none
    return run


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        msg = f"There is no user {username}."
        raise CommandError(msg)
    return user


def _specification(options: dict[str, Any]) -> dict[str, Any]:
    asked = {name: options[name] for name in ("source", "table_version", "protocol", "engine", "seed", "gate")}
    asked["dataset"] = str(options["dataset"].resolve()) if options["dataset"] else None
    if options["parameters"]:
        try:
            asked["parameters"] = json.loads(options["parameters"].read_text())
        except (OSError, ValueError) as error:
            msg = f"{options['parameters']} cannot be read as JSON."
            raise CommandError(msg) from error
    return {name: str(value) if name in {"source", "protocol"} else value for name, value in asked.items() if value is not None}
