"""One trial: a point of the space, fitted and judged fold by fold, and given up where it falls behind. Runs in a process
of its own, which reads folds and writes to the study's journal and needs neither Django nor a database.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread

import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from sklearn.metrics import log_loss, roc_auc_score

from mlops.tuning.spaces import suggested
from predictions.engines.registry import engine_called

STUDY = "wardlight"
AUCS, LOG_LOSSES = "aucs", "log_losses"
ASKED_FOR = "asked_for"  # the parameters of a trial that were given and not searched for; it is never given up
LEARNED, LEARNED_OUTCOMES, JUDGED, JUDGED_OUTCOMES = "learned.npy", "learned_outcomes.npy", "judged.npy", "judged_outcomes.npy"
_RANDOM_TRIALS = 10  # before the search begins to learn from what it has seen
_TRIALS_BEFORE_PRUNING = 5


@dataclass(frozen=True)
class Task:
    """What a process needs to know. `number` makes the searches of processes that run side by side differ."""

    file: Path
    engine: str
    folder: Path
    folds: int
    categories: tuple[bool, ...]
    seed: int
    number: int


def opened(file: Path, *, seed: int) -> optuna.Study:
    """The study of a file, begun where there is none. A journal is added to and never rewritten, so a kill costs a trial."""
    return optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(file))),
        study_name=STUDY,
        direction="maximize",
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=_RANDOM_TRIALS),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=_TRIALS_BEFORE_PRUNING, n_warmup_steps=1),
    )


def end_with_the_command() -> None:
    """A process whose command was killed ends too: nobody waits for its trials, and the command that goes on makes them."""
    command = parent_process()
    if command is not None:
        Thread(target=_end_after, args=(command.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def run(task: Task) -> None:
    """One more trial of the study."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = opened(task.file, seed=task.seed + task.number)
    study.optimize(lambda trial: _mean_auc(trial, task), n_trials=1)


def _mean_auc(trial: optuna.Trial, task: Task) -> float:
    parameters = suggested(trial, task.engine)
    aucs: list[float] = []
    losses: list[float] = []
    for fold in range(task.folds):
        auc, loss = _judged(parameters, task, task.folder / str(fold))
        aucs.append(auc)
        losses.append(loss)
        trial.set_user_attr(AUCS, aucs)
        trial.set_user_attr(LOG_LOSSES, losses)
        trial.report(float(np.mean(aucs)), step=fold)
        if trial.should_prune() and ASKED_FOR not in trial.user_attrs:
            raise optuna.TrialPruned
    return float(np.mean(aucs))


def _judged(parameters: dict[str, int | float], task: Task, folder: Path) -> tuple[float, float]:
    learned, judged = (np.load(folder / name, mmap_mode="r") for name in (LEARNED, JUDGED))
    outcomes, judged_outcomes = (np.load(folder / name) for name in (LEARNED_OUTCOMES, JUDGED_OUTCOMES))
    engine = engine_called(task.engine).with_parameters(parameters)
    engine.fit(np.asarray(learned), outcomes, categories=task.categories, seed=task.seed)
    log_odds = engine.log_odds(np.asarray(judged))
    return float(roc_auc_score(judged_outcomes, log_odds)), float(log_loss(judged_outcomes, 1 / (1 + np.exp(-log_odds))))
