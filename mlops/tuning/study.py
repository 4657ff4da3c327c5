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
from mlops.tuning.trials import AUCS, LOG_LOSSES, Task, opened, run, was_asked_for
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
    folds = write_folds(dataset.training, folder, count=FOLDS)
    tasks = [Task(file, engine, folder, FOLDS, folds.categories, dataset.seed, number) for number in numbers]
    # started anew and not forked: a fork would copy threads of libraries that do not survive it
    with _threads_shared(jobs), ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(run, task) for task in tasks]):
            future.result()
            on_trial(1)


def _begin(study: optuna.Study, engine: str) -> None:
    if not study.get_trials(deepcopy=False):
        defaults = engine_called(engine)().parameters
        study.enqueue_trial({name: defaults[name] for name in SPACES[engine]})


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
        if was_asked_for(trial):
            study.enqueue_trial(trial.system_attrs["fixed_params"])


def _outcome(study: optuna.Study) -> Outcome:
    whole = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    defaults = [trial for trial in whole if was_asked_for(trial)]
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
