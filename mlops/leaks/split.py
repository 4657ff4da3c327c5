"""Copies on both sides of the split: the same encounter, the same patient, or rows made before the split from rows of the
other side, as oversampling does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mlops.leaks.verdict import Verdict

COPIES = "copies_on_both_sides"
PATIENTS = "patients_on_both_sides"
LARGEST_SHARE_ALIKE = 0.01
_MOST_STANDARD_ERRORS = 6.0

Matrix = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """One side of a split."""

    matrix: Matrix
    readmitted: Outcomes
    patients: Numbers
    encounters: Numbers


def copies_on_both_sides(training: Side, held_out: Side, *, file_rows: int, file_rate: float) -> Verdict:
    """`file_rows` and `file_rate`: of the rows that were to be split, as they stand in the source."""
    both = np.concatenate([training.encounters, held_out.encounters])
    repeated = len(both) - len(np.unique(both))
    alike = _share_alike(training, held_out)
    added = len(both) - file_rows
    rate = float(held_out.readmitted.mean())
    error = np.sqrt(file_rate * (1 - file_rate) / len(held_out.readmitted))
    faults = [
        (repeated > 0, f"{repeated:,} encounters stand there more than once"),
        (added != 0, f"there are {added:+,} rows against the source"),
        (
            alike > LARGEST_SHARE_ALIKE,
            f"{alike:.1%} of held-out rows with a readmission have a twin among the training rows in every column",
        ),
        (
            abs(rate - file_rate) > _MOST_STANDARD_ERRORS * error,
            f"the held-out rate is {rate:.3f}, the source's {file_rate:.3f}",
        ),
    ]
    seen = [words for is_fault, words in faults if is_fault]
    fine = (
        f"{len(both):,} encounters, each once, as many as the source has; {alike:.2%} of held-out rows with a readmission have"
        f" a twin in every column; the held-out rate is {rate:.3f}, the source's {file_rate:.3f}."
    )
    return Verdict(
        COPIES,
        "Every row of the source is on one side of the split, once, and no row was made from others before it.",
        not seen,
        f"{'; '.join(seen).capitalize()}." if seen else fine,
    )


def patients_on_both_sides(training: Side, held_out: Side, *, split_by_patient: bool) -> Verdict:
    """A protocol that splits by row shares patients by design: then their number is told, and nothing is claimed."""
    shared = len(np.intersect1d(training.patients, held_out.patients))
    if split_by_patient:
        sentence = "No patient is on both sides of the split."
        return Verdict(PATIENTS, sentence, shared == 0, f"{shared:,} patients are on both sides.")
    sentence = "This protocol splits by row, so patients may be on both sides of the split."
    return Verdict(PATIENTS, sentence, passed=True, evidence=f"{shared:,} patients are on both sides, by protocol.")


def _share_alike(training: Side, held_out: Side) -> float:
    """Rows with a readmission are rare; that two of different stays agree in every column is rarer."""
    came_back = set(_rows_as_bytes(training.matrix[training.readmitted]))
    judged = _rows_as_bytes(held_out.matrix[held_out.readmitted])
    return sum(row in came_back for row in judged) / max(1, len(judged))


def _rows_as_bytes(matrix: Matrix) -> list[bytes]:
    plain = np.ascontiguousarray(np.where(np.isnan(matrix), np.nan, matrix) + 0.0)
    return [row.tobytes() for row in plain]
