"""A search on SageMaker from its beginning to its best point, told as it goes; begun before, it is gone on with."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from django.conf import settings

from mlops.backends.base import JobStatus
from mlops.backends.sagemaker import SageMakerBackend
from mlops.backends.tuning_job import LONGEST_NAME, Best, Search, SearchState, TuningJob, name_of
from mlops.blobs import blobs
from mlops.errors import CloudError, OperationError, TrainingFailedError
from mlops.training import Rows

MOST_MISSES = 20  # looks in a row that did not reach the service; the search itself goes on there
_NAME = re.compile(rf"[a-zA-Z0-9](-*[a-zA-Z0-9]){{0,{LONGEST_NAME - 1}}}")


def searched(
    search: Search,
    *,
    rows: Callable[[], Rows],
    beside: int,
    every_seconds: float,
    tell: Callable[[str], object],
    name: str | None = None,
) -> Best:
    """The best point. Without a name, the same rows and the same search find each other; `rows` is asked where it must be."""
    job = _found_or_begun(search, rows=rows, beside=beside, name=name, tell=tell)
    state = _awaited(job, every_seconds=every_seconds, tell=tell)
    if state.status is JobStatus.FAILED:
        msg = f"{job.name}: {state.reason} {_words(search, state)}. Its name is taken; --name gives another."
        raise TrainingFailedError(msg)
    return job.best()


def _found_or_begun(
    search: Search, *, rows: Callable[[], Rows], beside: int, name: str | None, tell: Callable[[str], object]
) -> TuningJob:
    place = _place(name)
    learned_from = None if name else rows()
    job = TuningJob(place, search, name=name or name_of(search, learned_from or rows()))
    if job.look().status is not JobStatus.UNKNOWN:
        tell(f"The search {job.name} was begun before; going on with it.")
        return job
    job.submit(learned_from or rows(), beside=beside, blobs=blobs())
    tell(f"The search {job.name} has begun: {search.trials:,} trials, {min(beside, search.trials):,} at the same time.")
    return job


def _place(name: str | None) -> SageMakerBackend:
    if name is not None and not _NAME.fullmatch(name):
        msg = f"A search is named by at most {LONGEST_NAME} letters, digits and hyphens, a letter or digit first and last."
        raise OperationError(msg)
    if not settings.SAGEMAKER_ROLE or not settings.SAGEMAKER_IMAGE:
        msg = "A search on SageMaker needs WARDLIGHT_SAGEMAKER_ROLE and WARDLIGHT_SAGEMAKER_IMAGE."
        raise OperationError(msg)
    return SageMakerBackend(blobs=blobs())


def _awaited(job: TuningJob, *, every_seconds: float, tell: Callable[[str], object]) -> SearchState:
    told, misses = "", 0
    while True:
        try:
            state, misses = job.look(), 0
        except CloudError as missed:
            misses += 1
            if missed.permanent or misses >= MOST_MISSES:
                raise
            tell(f"{missed} Asking again; the search goes on there.")
        else:
            if state.status is not JobStatus.RUNNING:
                return state
            words = _words(job.search, state)
            if words != told:
                tell(words)
            told = words
        time.sleep(every_seconds)


def _words(search: Search, state: SearchState) -> str:
    best = "" if state.best_auc is None else f"; best AUC {state.best_auc:.4f}"
    return f"{state.ended:,} of {search.trials:,} trials have ended, {state.running:,} run, {state.failed:,} failed{best}"
