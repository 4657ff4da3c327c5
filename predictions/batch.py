"""Scoring of many encounters, with the same parts as one: some thousand at a time, each batch one transaction.

A batch that is run again stores nothing twice; what was refused stands on the worklist with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN
from clinical.history import histories
from clinical.models import Encounter
from predictions import batch_rows, champion
from predictions.champion import Champion
from predictions.engines.base import Matrix
from predictions.errors import CannotReturnError, PredictionError
from predictions.features.building import compute, refusals
from predictions.models import Prediction, WorklistEntry

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class BatchReport:
    """What became of the encounters: `stored` of the `scored` are new, the others had the same score already."""

    scored: int = 0
    stored: int = 0
    refused: int = 0

    def __add__(self, other: BatchReport) -> BatchReport:
        return BatchReport(self.scored + other.scored, self.stored + other.stored, self.refused + other.refused)


def score_all(*, only_unscored: bool = False, on_rows: Callable[[int], object] | None = None) -> BatchReport:
    """Score every encounter, or those that the champion has not scored; `on_rows` is told of each finished batch."""
    holder = champion.current()
    report = BatchReport()
    for encounter_ids in _batches(_to_score(holder, only_unscored=only_unscored)):
        report += _score_together(encounter_ids, holder)
        if on_rows:
            on_rows(len(encounter_ids))
    return report


def count_to_score(*, only_unscored: bool = False) -> int:
    return len(_to_score(champion.current(), only_unscored=only_unscored))


def score_these(encounter_ids: list[int]) -> BatchReport:
    """Score these now, as one matrix; NoChampionError and the like where nobody can be scored."""
    return _score_together(encounter_ids, champion.current())


def score_waiting(*, most: int) -> BatchReport:
    """Score what waits and what has no entry yet. Two workers at once share the work: each skips what the other holds."""
    holder = _champion_or_none()
    if holder is None:
        return BatchReport()
    with scope_of_the_system():
        encounter_ids = _claim(most)
        return _score_together(encounter_ids, holder) if encounter_ids else BatchReport()


def _score_together(encounter_ids: list[int], holder: Champion) -> BatchReport:
    as_of = timezone.now()
    with scope_of_the_system():
        table = histories(encounter_ids, as_of=as_of)
        can_return = ~table["discharge_disposition"].is_in(list(DISPOSITIONS_WITHOUT_RETURN))
        refused = _refused(table.filter(~can_return))
        table = table.filter(can_return)
        matrix, scored_ids = _scorable(table, refused)
        stored = _store(matrix, scored_ids, holder, as_of)
        batch_rows.list_refused(refused)
        report = BatchReport(scored=len(scored_ids), stored=stored, refused=len(refused))
        detail = {"version": holder.public_id, "scored": report.scored, "new": report.stored, "refused": report.refused}
        audit.record(actor=None, verb="encounters.scored", subject_type="encounters", detail=detail)
    return report


def _refused(table: pl.DataFrame) -> dict[int, str]:
    reason = str(CannotReturnError())
    return dict.fromkeys(table["encounter_id"].to_list(), reason)


def _scorable(table: pl.DataFrame, refused: dict[int, str]) -> tuple[Matrix, npt.NDArray[np.int64]]:
    """The features and ids of those rows that can be scored; the others join `refused`."""
    matrix = compute(table)
    encounter_ids = table["encounter_id"].to_numpy()
    outside = refusals(matrix)
    refused.update((int(encounter_ids[row]), reason) for row, reason in outside.items())
    keep = np.ones(len(matrix), dtype=bool)
    keep[list(outside)] = False
    return np.ascontiguousarray(matrix[keep]), encounter_ids[keep]


def _store(matrix: Matrix, encounter_ids: npt.NDArray[np.int64], holder: Champion, as_of: datetime) -> int:
    if not len(encounter_ids):
        return 0
    scored = holder.model.scored(matrix)
    return batch_rows.store(
        batch_rows.Scores(encounter_ids=encounter_ids, matrix=matrix, scored=scored, champion=holder, as_of=as_of)
    )


def _to_score(holder: Champion, *, only_unscored: bool) -> list[int]:
    with scope_of_the_system():
        encounters = Encounter.objects.standing().order_by("pk")
        if only_unscored:
            scored = Prediction.objects.filter(encounter=OuterRef("pk"), model_version_id=holder.version_id)
            can_return = ~Q(discharge_disposition__in=DISPOSITIONS_WITHOUT_RETURN)
            # who cannot return needs no score, but an entry that says so
            encounters = encounters.filter((can_return & ~Exists(scored)) | ~Exists(_entry_of_encounter()))
        return list(encounters.values_list("pk", flat=True))


def _batches(encounter_ids: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(encounter_ids), ROWS_AT_ONCE):
        yield encounter_ids[first : first + ROWS_AT_ONCE]


def _claim(most: int) -> list[int]:
    """Locks until commit, and never waits for a lock: what another worker holds is being scored there."""
    waiting = WorklistEntry.objects.select_for_update(skip_locked=True).filter(waits_for_score=True).order_by("pk")
    claimed = list(waiting.values_list("pk", flat=True)[:most])
    unlisted = Encounter.objects.standing().filter(~Exists(_entry_of_encounter()))
    unlisted = unlisted.select_for_update(skip_locked=True, no_key=True).order_by("pk")
    return claimed + list(unlisted.values_list("pk", flat=True)[: most - len(claimed)])


def _entry_of_encounter() -> QuerySet[WorklistEntry]:
    return WorklistEntry.objects.filter(pk=OuterRef("pk"))


def _champion_or_none() -> Champion | None:
    try:
        return champion.current()
    except PredictionError:
        return None
