"""The leak checks that need no raw file, on the very rows that a candidate learned from and is judged on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlops.datasets import Dataset, Part, Protocol
from mlops.leaks.encoder import own_label_in_encoding
from mlops.leaks.history import missingness_signature
from mlops.leaks.split import Side, copies_on_both_sides, patients_on_both_sides
from mlops.leaks.target import target_in_feature
from mlops.leaks.verdict import Verdict
from predictions.features import encodings, schema
from predictions.features.building import Matrix

_EVERY_NTH_PATIENT = 4  # as in a validation: enough to see an encoder move
Outcomes = np.ndarray[tuple[int], np.dtype[np.bool_]]


def leaks_in(dataset: Dataset) -> list[Verdict]:
    """In the order in which a model is made."""
    return list(_verdicts(dataset))


def _verdicts(dataset: Dataset) -> Iterator[Verdict]:
    training, held_out = _side(dataset.training), _side(dataset.held_out)
    both = np.concatenate([training.readmitted, held_out.readmitted])
    # what the cut sets aside is on neither side, so that the two sides are what was to be split
    yield copies_on_both_sides(training, held_out, file_rows=len(both), file_rate=float(both.mean()))
    yield patients_on_both_sides(training, held_out, split_by_patient=dataset.protocol is not Protocol.BY_ROW)
    names = schema.names()
    yield missingness_signature(training.matrix, training.readmitted, names)
    yield target_in_feature(training.matrix, training.readmitted, names)
    yield _own_label(dataset.training, seed=dataset.seed)


def _own_label(part: Part, *, seed: int) -> Verdict:
    some = part.of(part.patients % _EVERY_NTH_PATIENT == 0)

    def out_of_fold(readmitted: Outcomes) -> Matrix:
        _encoder, wide = encodings.fit(some.matrix, readmitted, some.patients, seed=seed)
        return wide[:, some.matrix.shape[1] :]

    return own_label_in_encoding(out_of_fold, some.readmitted, some.patients)


def _side(part: Part) -> Side:
    return Side(part.matrix, part.readmitted, part.patients, part.table["encounter_id"].to_numpy())
