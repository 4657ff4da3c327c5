"""Which of a patient's stays came before which, in a file that has no dates: its ids grow with time, but not always.

In some 490 rows the stay with the next smaller id is labelled "no readmission", which cannot be if it was earlier: the
two ids stand the wrong way round, and what looks like a history is the readmission itself. Half of those rows are
labelled as readmitted within 30 days, so a model that reads their history reads the label. Such a row therefore begins
a history of its own: it has no earlier stays, in every column exactly like a patient's first, and whatever follows it
looks back no further than to it. This repairs the file and is no part of any feature: a hospital has dates.
"""

from __future__ import annotations

import polars as pl

from clinical import earlier_stays
from clinical.diabetes130.columns import LABEL
from clinical.earlier_stays import ENCOUNTER_ID, HISTORY, STAY_NUMBER
from clinical.models.outcome import Readmission

PATIENT_ID = "patient_id"


def with_earlier_stays(frame: pl.DataFrame) -> pl.DataFrame:
    """The encounters of a file, with their labels, completed to the encounter table; in the file's order."""
    stays = earlier_stays.of_stays(in_order(frame))
    return frame.join(stays, on=ENCOUNTER_ID, how="left", maintain_order="left")


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """All stays by patient and id, each with its history and its number in it."""
    stays = frame.sort(PATIENT_ID, ENCOUNTER_ID)
    stands_wrong = (pl.col(LABEL).shift(1).over(PATIENT_ID) == str(Readmission.NONE)).fill_null(value=False)
    begins = pl.col(PATIENT_ID).is_first_distinct() | stands_wrong
    stays = stays.with_columns(begins.cum_sum().cast(pl.Int64).alias(HISTORY))
    return stays.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(HISTORY).alias(STAY_NUMBER))
