"""Rows of the raw table: a stay as it was, to which history it belongs and as which of it, its end and its outcome where known.

What the earlier stays tell of a later one is not stored but made anew of the rows, by whatever engine reads them.
"""

from __future__ import annotations

import polars as pl

from clinical import earlier_stays
from clinical.earlier_stays import HISTORY, STAY_NUMBER
from clinical.encounter_table import COLUMNS, OF_THE_STAY, with_places
from mlops.store.tables import ENCOUNTER_ID, ENDED_AT, ORIGIN, READMITTED, SOURCE_ORDER

COLUMNS_OF_RAW = (*OF_THE_STAY, HISTORY, STAY_NUMBER, READMITTED, ORIGIN, SOURCE_ORDER, ENDED_AT)


def raw_rows(stays: pl.DataFrame) -> pl.DataFrame:
    """Stays with a reader's numbering of histories, under a number that stays the same when other histories come."""
    first = pl.col(ENCOUNTER_ID).get(pl.col(STAY_NUMBER).arg_min()).over(HISTORY)
    return stays.with_columns(first.alias(HISTORY)).select(COLUMNS_OF_RAW)


def encounter_table(raw: pl.DataFrame) -> pl.DataFrame:
    """The encounter table of these rows, in their order; all stays of a history must be among them."""
    return (
        with_places(raw).join(earlier_stays.of_stays(raw), on=ENCOUNTER_ID, how="left", maintain_order="left").select(COLUMNS)
    )
