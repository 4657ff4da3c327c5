"""A study: trials side by side until there are as many as were asked for. Killed, it goes on where its file stopped.

The default parameters are the first trial, so that whatever is found is compared with them on the same folds.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from mlops.datasets import Dataset
from mlops.errors import StudyRefusedError
from mlops.tuning.folds import write_folds
from mlops.tuning.spaces import SPACES
from mlops.tuning.trials import ASKED_FOR, AUCS, LOG_LOSSES, Task, end_with_the_command, opened, run
from predictions.engines.registry import engine_called
from predictions.features import schema_hash

FOLDS = 5
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
_THREADS = "OMP_NUM_THREADS"


@dataclass(frozen=True)
class Point:
    """One point of the space and what its folds gave."""

    parameters: Mapping[str, int | float]
    aucs: tuple[float, ...]
    log_losses: tuple[float, ...]


@dataclass(frozen=True)
class Outcome:
    """What a study found. `whole` trials saw every fold; the others were given up."""

    best: Point
    default: Point
    whole: int
    given_up: int


def tune(
    dataset: Dataset, *, engine: str, file: Path, trials: int, jobs: int, on_trial: Callable[[int], object] = lambda _done: None
) -> Outcome:
    """Trials until the study has `trials`; `on_trial` is told of those that were there already and then of each one."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with _alone(file), tempfile.TemporaryDirectory(prefix="wardlight-folds-") as folder:
        study = opened(file, seed=dataset.seed)
        _refuse_another(study, _about(dataset, engine))
        _give_up_what_was_killed(study)
        _begin(study, engine)
        done = len(study.get_trials(deepcopy=False, states=_FINISHED))
        on_trial(done)
        if done < trials:
            _run_beside(
                dataset, Path(folder), engine=engine, file=file, numbers=range(done, trials), jobs=jobs, on_trial=on_trial
            )
        return _outcome(study)


def _run_beside(
    dataset: Dataset, folder: Path, *, engine: str, file: Path, numbers: range, jobs: int, on_trial: Callable[[int], object]
) -> None:
    folds = write_folds(dataset.training, folder, count=FOLDS, seed=dataset.seed)
    tasks = [Task(file, engine, folder, FOLDS, folds.categories, dataset.seed, number) for number in numbers]
    with _threads_shared(jobs), _pool(jobs) as pool:
        for future in as_completed([pool.submit(run, task) for task in tasks]):
            future.result()
            on_trial(1)


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Started anew and not forked: a fork would copy threads of libraries that do not survive it."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=end_with_the_command)


def _begin(study: optuna.Study, engine: str) -> None:
    if not study.get_trials(deepcopy=False):
        defaults = engine_called(engine)().parameters
        _ask_for(study, {name: defaults[name] for name in SPACES[engine]})


def _ask_for(study: optuna.Study, parameters: Mapping[str, Any]) -> None:
    study.enqueue_trial(dict(parameters), user_attrs={ASKED_FOR: dict(parameters)})


def _about(dataset: Dataset, engine: str) -> dict[str, Any]:
    return {
        "engine": engine, "data": dataset.sha256, "protocol": dataset.protocol.value, "seed": dataset.seed,
        "feature_schema": schema_hash(), "folds": FOLDS,
    }  # fmt: skip


def _refuse_another(study: optuna.Study, about: Mapping[str, Any]) -> None:
    """Trials on other rows or of another learner cannot be compared, so they may not meet in one study."""
    if not study.get_trials(deepcopy=False):
        for name, value in about.items():
            study.set_user_attr(name, value)
    for name, value in about.items():
        if study.user_attrs.get(name) != value:
            msg = f"This study was begun with another {name.replace('_', ' ')}: {study.user_attrs.get(name)}, not {value}."
            raise StudyRefusedError(msg)


def _give_up_what_was_killed(study: optuna.Study) -> None:
    """What a killed command left running is tried anew where it was asked for by name, and is otherwise forgotten."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
        if ASKED_FOR in trial.user_attrs:
            _ask_for(study, trial.user_attrs[ASKED_FOR])


def _outcome(study: optuna.Study) -> Outcome:
    whole = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    defaults = [trial for trial in whole if ASKED_FOR in trial.user_attrs]
    if not defaults:
        msg = "The default parameters were not tried; the study cannot say whether anything is better."
        raise StudyRefusedError(msg)
    given_up = len(study.get_trials(deepcopy=False, states=(TrialState.PRUNED,)))
    return Outcome(best=_point(study.best_trial), default=_point(defaults[0]), whole=len(whole), given_up=given_up)


def _point(trial: FrozenTrial) -> Point:
    return Point(dict(trial.params), tuple(trial.user_attrs[AUCS]), tuple(trial.user_attrs[LOG_LOSSES]))


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Two commands with one study would each count the other's running trials as killed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as journal:
        try:
            fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"Another command is at work on the study {file}."
            raise StudyRefusedError(msg) from error
        yield


@contextmanager
def _threads_shared(jobs: int) -> Iterator[None]:
    """The processes share the processors: a library that started a thread for each of them would only be in the way."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = before or str(max(1, (os.cpu_count() or 1) // jobs))
    try:
        yield
    finally:
        if before is None:
            del os.environ[_THREADS]
