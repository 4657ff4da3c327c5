"""The label-signature bug as it once happened, planted in this project's own way from the file to the features."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from clinical.diabetes130.source import find_dataset
from clinical.diabetes130.succession import with_earlier_stays
from clinical.encounter_table import COLUMNS, EARLIER
from clinical.models.outcome import Readmission
from mlops.datasets import Protocol
from mlops.leaks.history import impossible_history, label_signature, missingness_signature
from mlops.validation import source
from mlops.validation.examining import features_of
from mlops.validation.source import LABEL
from predictions.engines.base import Matrix
from predictions.features import schema
from predictions.features.building import compute

pytestmark = pytest.mark.dataset
NEVER, LATER = str(Readmission.NONE), str(Readmission.LATER)


@pytest.fixture(scope="module")
def stays() -> pl.DataFrame:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    return source.read(path).eligible(Protocol.BY_PATIENT)


def behind_one_that_nothing_followed(stays: pl.DataFrame) -> pl.Series:
    order = stays.with_row_index("row").sort("patient_id", "encounter_id")
    wrong = pl.col(LABEL).shift(1).over("patient_id").eq(NEVER).fill_null(value=False)
    return order.with_columns(wrong=wrong).sort("row")["wrong"]


def blanked(stays: pl.DataFrame) -> Matrix:
    """Those rows emptied, which no true first encounter is."""
    table = with_earlier_stays(stays).with_columns(wrong=behind_one_that_nothing_followed(stays))
    emptied = [pl.when("wrong").then(None).otherwise(pl.col(name)).alias(name) for name in EARLIER]
    return compute(table.with_columns(emptied).select(COLUMNS))


def as_it_is(stays: pl.DataFrame) -> Matrix:
    """The history by number alone, whatever the labels say."""
    return features_of(stays.with_columns(pl.lit(LATER).alias(LABEL)))


def signature(build: Callable[[pl.DataFrame], Matrix], stays: pl.DataFrame) -> bool:
    return label_signature(build, stays, schema.names(), label=LABEL, neutral=LATER).passed


def impossible(build: Callable[[pl.DataFrame], Matrix], stays: pl.DataFrame) -> bool:
    return impossible_history(build, stays, schema.names(), label=LABEL, never=NEVER, neutral=LATER).passed


def test_rows_that_were_emptied_are_told_from_first_encounters(stays: pl.DataFrame) -> None:
    readmitted = (stays[LABEL] == str(Readmission.WITHIN_30_DAYS)).to_numpy()
    assert not signature(blanked, stays)
    assert not missingness_signature(blanked(stays), np.asarray(readmitted), schema.names()).passed
    assert signature(features_of, stays)
    assert missingness_signature(features_of(stays), np.asarray(readmitted), schema.names()).passed


def test_a_history_that_was_not_repaired_is_impossible(stays: pl.DataFrame) -> None:
    assert not impossible(as_it_is, stays)
    assert impossible(features_of, stays)
