"""Held-out rows in what is fitted. Two metamorphic checks: change answers, and see that nothing moves which may not move."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mlops.leaks.verdict import Verdict

HELD_OUT = "held_out_rows_in_encoder"
OWN_LABEL = "own_label_in_encoding"

Matrix = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]
Patients = npt.NDArray[np.int64]
Fitted = Callable[[Outcomes], Sequence[bytes]]  # the outcomes of all rows -> everything that was fitted, as bytes


def held_out_rows_in_encoder(fitted: Fitted, readmitted: Outcomes, held_out: npt.NDArray[np.intp]) -> Verdict:
    """`fitted` is the whole way from rows with outcomes to what is fitted: it decides itself which rows it reads."""
    changed = readmitted.copy()
    changed[held_out] = ~changed[held_out]
    before, after = fitted(readmitted), fitted(changed)
    moved = sum(one != other for one, other in zip(before, after, strict=True))
    return Verdict(
        HELD_OUT,
        "Turning the outcomes of all held-out rows into their opposite changes nothing that is fitted.",
        not moved,
        f"With {len(held_out):,} outcomes turned, {moved} of {len(before)} fitted things changed.",
    )


def own_label_in_encoding(
    out_of_fold: Callable[[Outcomes], Matrix], readmitted: Outcomes, patients: Patients, *, tried: int = 2
) -> Verdict:
    """`out_of_fold` gives the encoded columns that the training rows are learned from."""
    before = out_of_fold(readmitted)
    numbers, sizes = np.unique(patients, return_counts=True)
    chosen = numbers[np.argsort(-sizes, kind="stable")][:tried]
    moved = 0
    for patient in chosen:
        own = patients == patient
        after = out_of_fold(np.where(own, ~readmitted, readmitted))
        moved += int(not np.array_equal(before[own], after[own], equal_nan=True))
    return Verdict(
        OWN_LABEL,
        "A patient's own outcomes do not change the encoded columns of that patient's training rows.",
        not moved,
        f"Of {len(chosen)} patients whose outcomes were turned, the encoded columns of {moved} followed"
        f" ({before.shape[1]} encoded columns).",
    )
