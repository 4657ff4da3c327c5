"""A training run as its page tells it: the steps with their times, how far it is, and its log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from mlops.models import RunLine, RunState, RunStep, TrainingRun
from mlops.pages.told import span, who

STEPS = tuple(step for step in RunStep if step != RunStep.DONE)
NEWEST = 100
_SIGNS = {
    RunState.WAITING: "waiting", RunState.RUNNING: "going", RunState.AWAITING_APPROVAL: "good", RunState.REFUSED: "bad",
    RunState.DECIDED: "good", RunState.FAILED: "bad", RunState.CANCELLED: "off",
}  # fmt: skip
_ASKED = {
    "source": "Data from", "dataset": "File", "table_version": "Data version", "protocol": "Protocol", "engine": "Learner",
    "seed": "Seed", "gate": "Gate profile",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One step: done, going, to come, or left out because the run ended before."""

    name: str
    state: str
    sign: str
    began_at: datetime | None = None
    took: str = ""


@dataclass(frozen=True)
class RunPage:
    """See the module. `steps_done` of `steps_all` is the bar; `told` the same in words."""

    run: TrainingRun
    sign: str
    asked_by: str
    steps: list[Step]
    steps_done: int
    steps_all: int
    told: str
    lines: list[RunLine]
    asked: list[tuple[str, str]]


@dataclass(frozen=True)
class RunRow:
    """A run in the list."""

    run: TrainingRun
    sign: str
    asked_by: str
    took: str


def page_of(run: TrainingRun) -> RunPage:
    lines = list(run.lines.all())
    steps = _steps(run, lines)
    done = sum(step.state == "done" for step in steps)
    return RunPage(
        run=run, sign=sign_of(run), asked_by=who(run.requested_by), steps=steps, steps_done=done, steps_all=len(STEPS),
        told=_told(run, done), lines=lines, asked=_asked(run),
    )  # fmt: skip


def _asked(run: TrainingRun) -> list[tuple[str, str]]:
    """What the specification says, where it says something."""
    told = run.specification
    return [(words, str(told[name])) for name, words in _ASKED.items() if told.get(name) not in {None, ""}]


def rows() -> list[RunRow]:
    runs = TrainingRun.objects.select_related("requested_by", "version")[:NEWEST]
    return [RunRow(run, sign_of(run), who(run.requested_by), _took(run.started_at, run.ended_at)) for run in runs]


def sign_of(run: TrainingRun) -> str:
    """Which shape stands beside the state's name."""
    return _SIGNS[RunState(run.state)]


def _steps(run: TrainingRun, lines: list[RunLine]) -> list[Step]:
    """A step begins with the first line of the log that bears its name, and ends where the next one begins."""
    began: dict[str, datetime] = {}
    for line in lines:
        began.setdefault(line.step, line.at)
    if run.started_at:
        began[RunStep.ASSEMBLE] = run.started_at
    return [_step(run, step, began) for step in STEPS]


def _step(run: TrainingRun, step: RunStep, began: dict[str, datetime]) -> Step:
    at = RunStep(run.step).place
    begins, ends = began.get(step), began.get(step.next)
    if step.place < at:
        return Step(step.label, "done", "good", begins, _took(begins, ends))
    if step.place > at:
        return Step(step.label, "to come" if run.is_in_flight else "not taken", "off")
    if run.is_in_flight:
        going = run.state == RunState.RUNNING
        return Step(step.label, "going on" if going else "waiting", "going" if going else "waiting", begins if going else None)
    return Step(step.label, run.get_state_display().lower(), sign_of(run), begins, _took(begins, run.ended_at))


def _told(run: TrainingRun, done: int) -> str:
    told = f"{done} of {len(STEPS)} steps done"
    if run.is_in_flight and run.progress_total:
        share = round(100 * run.progress_done / run.progress_total)
        told += f"; this step: {run.progress_done:,} of {run.progress_total:,} ({share} %)"
    return told


def _took(begins: datetime | None, ends: datetime | None) -> str:
    if begins is None:
        return ""
    return span((ends or timezone.now()) - begins)
