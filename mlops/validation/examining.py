"""What of a validation the leak bench is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from clinical.diabetes130.succession import with_earlier_stays
from clinical.encounter_table import COLUMNS
from clinical.models.outcome import Readmission
from mlops.datasets import Dataset, Part, Protocol
from mlops.leaks.bench import Encoding, Run, SourceRows, examine
from mlops.leaks.split import Side
from mlops.leaks.verdict import Verdict
from mlops.validation.source import LABEL, SourceFile
from predictions.features import build, encodings, schema
from predictions.features.building import Matrix

_EVERY_NTH_PATIENT = 4  # enough to see an encoder move, and a quarter of the time
Outcomes = npt.NDArray[np.bool_]


def examined(file: SourceFile, dataset: Dataset, aucs: Mapping[str, float]) -> list[Verdict]:
    """The verdicts on the real run."""
    eligible = file.eligible(dataset.protocol)
    rows = SourceRows(
        table=eligible,
        label=LABEL,
        never=str(Readmission.NONE),
        neutral=str(Readmission.LATER),
        readmitted=(eligible[LABEL] == str(Readmission.WITHIN_30_DAYS)).to_numpy(),
        build=features_of,
    )
    return examine(
        Run(
            names=schema.names(),
            training=_side(dataset.training),
            held_out=_side(dataset.held_out),
            split_by_patient=dataset.protocol is Protocol.BY_PATIENT,
            source=rows,
            encoding=_encoding(file, dataset),
            aucs=aucs,
        )
    )


def features_of(stays: pl.DataFrame) -> Matrix:
    """The whole way from a file's rows to the matrix: histories in order, what stands in the wrong order repaired, features."""
    return build(with_earlier_stays(stays).select(COLUMNS))


def _side(part: Part) -> Side:
    return Side(part.matrix, part.readmitted, part.patients, part.table["encounter_id"].to_numpy())


def _encoding(file: SourceFile, dataset: Dataset) -> Encoding:
    """Some of the patients, all the way from the file's labels to what is fitted."""
    sides = [part.of(part.patients % _EVERY_NTH_PATIENT == 0) for part in (dataset.training, dataset.held_out)]
    training, held_out = sides
    numbers = pl.concat([side.table.select("encounter_id") for side in sides])
    frame = file.frame.filter(pl.col("patient_id") % _EVERY_NTH_PATIENT == 0)

    def fitted(readmitted: Outcomes) -> Sequence[bytes]:
        labels = _relabelled(frame, numbers.with_columns(readmitted=readmitted))
        table = with_earlier_stays(labels).select(COLUMNS)
        matrix = build(training.table.select("encounter_id").join(table, on="encounter_id", maintain_order="left"))
        own = readmitted[: len(training.readmitted)]
        encoder, wide = encodings.fit(matrix, own, training.patients, seed=dataset.seed)
        return [matrix.tobytes(), encoder.to_json(), wide.tobytes()]

    def out_of_fold(readmitted: Outcomes) -> Matrix:
        _encoder, wide = encodings.fit(training.matrix, readmitted, training.patients, seed=dataset.seed)
        return wide[:, training.matrix.shape[1] :]

    return Encoding(
        fitted=fitted,
        out_of_fold=out_of_fold,
        readmitted=np.concatenate([side.readmitted for side in sides]),
        training_patients=training.patients,
        turned=len(training.readmitted) + _may_be_turned(file, held_out, dataset.protocol),
    )


def _may_be_turned(file: SourceFile, held_out: Part, protocol: Protocol) -> npt.NDArray[np.intp]:
    """Where patients are on both sides, "no readmission" of a held-out stay repairs the order of the others: it stays."""
    if protocol is Protocol.BY_PATIENT:
        return np.arange(len(held_out.readmitted))
    labels = held_out.table.select("encounter_id").join(file.frame, on="encounter_id", how="left", maintain_order="left")[LABEL]
    return np.flatnonzero((labels != str(Readmission.NONE)).to_numpy())


def _relabelled(frame: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """The file with other outcomes: a label stays as it is where it agrees."""
    within, label = str(Readmission.WITHIN_30_DAYS), pl.col(LABEL)
    wanted = pl.col("readmitted").fill_null(label == within)
    changed = (
        pl.when(wanted == (label == within))
        .then(label)
        .when(wanted)
        .then(pl.lit(within))
        .otherwise(pl.lit(str(Readmission.LATER)))
    )
    joined = frame.join(outcomes, on="encounter_id", how="left", maintain_order="left")
    return joined.with_columns(changed.alias(LABEL)).drop("readmitted")
