"""The checks on one run: whatever of it is there is held against what has to be true of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from mlops.leaks.encoder import Fitted, Patients, held_out_rows_in_encoder, own_label_in_encoding
from mlops.leaks.history import Build, future_encounters_in_history, impossible_history, label_signature, missingness_signature
from mlops.leaks.plausibility import implausible_auc
from mlops.leaks.split import Side, copies_on_both_sides, patients_on_both_sides
from mlops.leaks.target import target_in_feature
from mlops.leaks.verdict import Verdict

Matrix = npt.NDArray[np.float64]
Outcomes = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SourceRows:
    """The rows that were to be split, as they stand in the source, with their label."""

    table: pl.DataFrame
    label: str
    never: object  # the label that says that no stay followed
    neutral: object  # a label that chooses no row for cleaning
    readmitted: Outcomes
    build: Build


@dataclass(frozen=True)
class Encoding:
    """How encodings come about, on all rows or on some: the outcomes given are of training rows first, then held-out ones."""

    fitted: Fitted
    out_of_fold: Callable[[Outcomes], Matrix]
    readmitted: Outcomes
    training_patients: Patients
    turned: npt.NDArray[np.intp]  # the held-out rows whose outcomes are turned

    @property
    def of_training(self) -> Outcomes:
        return self.readmitted[: len(self.training_patients)]


@dataclass(frozen=True)
class Run:
    """What is examined. `training` and `held_out` hold what engines see before encoding."""

    names: Sequence[str]
    training: Side
    held_out: Side
    split_by_patient: bool
    source: SourceRows
    encoding: Encoding | None = None
    aucs: Mapping[str, float] = field(default_factory=dict)


def examine(run: Run) -> list[Verdict]:
    """Every verdict, in the order in which a model is made."""
    return list(_verdicts(run))


def _verdicts(run: Run) -> Iterator[Verdict]:
    source, training = run.source, run.training
    yield copies_on_both_sides(training, run.held_out, file_rows=source.table.height, file_rate=float(source.readmitted.mean()))
    yield patients_on_both_sides(training, run.held_out, split_by_patient=run.split_by_patient)
    yield future_encounters_in_history(source.build, source.table, run.names)
    label, neutral = source.label, source.neutral
    yield label_signature(source.build, source.table, run.names, label=label, neutral=neutral)
    yield impossible_history(source.build, source.table, run.names, label=label, never=source.never, neutral=neutral)
    yield missingness_signature(training.matrix, training.readmitted, run.names)
    yield target_in_feature(training.matrix, training.readmitted, run.names)
    if run.encoding is not None:
        coding = run.encoding
        yield held_out_rows_in_encoder(coding.fitted, coding.readmitted, coding.turned)
        yield own_label_in_encoding(coding.out_of_fold, coding.of_training, coding.training_patients)
    if run.aucs:
        yield implausible_auc(run.aucs)
