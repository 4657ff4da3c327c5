"""Simulated dates, by the rule that docs/data.md states: the data set gives lengths of stay and labels, but no day.

A patient's stays follow each other in the order of their encounter ids, the one labelled "no readmission" last.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN, AdmissionType, DischargeDisposition
from clinical.diabetes130.draws import draw, weighted_choice
from clinical.models.outcome import Readmission

SPAN_DAYS = 4 * 365
ON_THE_WARD_TARGET = 288  # 24 for each of the twelve units
ON_THE_WARD_LARGEST_SHARE = 0.05
# one day away from the label's limit of 30 on both sides: true in whole days and in hours
SHORT_GAP_DAYS = (1, 29)
LONG_GAP_DAYS = 32
LONG_GAP_WITHOUT_STAY_IN_YEAR = 367
LONGEST_EXTRA_DAYS = 300
DEATHS = (
    DischargeDisposition.DIED, DischargeDisposition.DIED_HOME_HOSPICE, DischargeDisposition.DIED_FACILITY_HOSPICE,
    DischargeDisposition.DIED_UNKNOWN_HOSPICE,
)  # fmt: skip

# how often each hour of the day, from midnight on
_UNPLANNED_HOURS = (3, 2, 2, 2, 2, 2, 2, 3, 4, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8, 7, 6, 5, 4, 4)
_ELECTIVE_HOURS = (0, 0, 0, 0, 0, 6, 16, 20, 16, 12, 10, 8, 6, 4, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0)
_DISCHARGE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 10, 16, 14, 14, 14, 12, 8, 5, 3, 1, 0, 0, 0, 0)


def simulate(frame: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`frame` with `admitted_at` and `discharged_at` (null: on the ward now), in the hospital's local time, file order.

    Everything lies before midnight at the start of `as_of`.
    """
    stays = _in_order_of_time(frame)
    stays = stays.with_columns(gap_days=_gaps(stays))
    to_next = pl.col("length_of_stay_days") + pl.col("gap_days")
    stays = stays.with_columns(days_to_last=to_next.reverse().cum_sum().reverse().over("patient_id"))
    last_admission = _days_since_last_admission(stays)
    stays = stays.join(last_admission, on="patient_id", how="left", maintain_order="left").with_columns(
        admitted_on=pl.lit(as_of) - pl.duration(days=pl.col("days_to_last") + pl.col("days_since_last"))
    )
    return frame.join(_with_hours(stays, as_of), on="encounter_id", how="left", maintain_order="left")


def _in_order_of_time(frame: pl.DataFrame) -> pl.DataFrame:
    """Nothing follows a death; nothing but a death follows a stay without readmission; else by encounter id."""
    died = pl.col("discharge_disposition").is_in(DEATHS)
    stays = frame.sort("patient_id", died, pl.col("readmission") == str(Readmission.NONE), "encounter_id")
    return stays.with_columns(
        is_last=pl.col("patient_id").shift(-1).ne_missing(pl.col("patient_id")),
        next_had_no_stay_in_year=pl.col("inpatient_stays_prior_year").shift(-1) == 0,
    )


def _gaps(stays: pl.DataFrame) -> pl.Series:
    """Days from discharge to the next admission, as the label says; after a patient's last stay, its own length undone."""
    within_30 = pl.col("readmission") == str(Readmission.WITHIN_30_DAYS)
    shortest, longest = SHORT_GAP_DAYS
    drawn = stays.with_columns(u=pl.Series(draw(stays["encounter_id"], "gap")), is_long=~within_30 & ~pl.col("is_last"))
    drawn = drawn.with_columns(
        short=shortest + (pl.col("u") * (longest - shortest + 1)).floor().cast(pl.Int64),
        wanted=pl.when("next_had_no_stay_in_year").then(LONG_GAP_WITHOUT_STAY_IN_YEAR).otherwise(LONG_GAP_DAYS),
    )
    fixed = pl.col("length_of_stay_days") + pl.when("is_long").then("wanted").otherwise("short")
    drawn = drawn.with_columns(
        room=SPAN_DAYS - fixed.sum().over("patient_id"), longs=pl.col("is_long").sum().over("patient_id")
    )
    # a patient of many stays has no room for whole years between them: the label is kept, the count of stays is not
    drawn = drawn.with_columns(least=pl.when(pl.col("room") > 0).then("wanted").otherwise(LONG_GAP_DAYS))
    fixed = pl.col("length_of_stay_days") + pl.when("is_long").then("least").otherwise("short")
    drawn = drawn.with_columns(room=(SPAN_DAYS - fixed.sum().over("patient_id")).clip(0))
    extra = (pl.col("u") * (pl.col("room") / 2 / pl.col("longs")).clip(0, LONGEST_EXTRA_DAYS)).floor().cast(pl.Int64)
    gap = (
        pl.when("is_last").then(-pl.col("length_of_stay_days")).when("is_long").then(pl.col("least") + extra).otherwise("short")
    )
    return drawn.select(gap.cast(pl.Int64)).to_series()


def _days_since_last_admission(stays: pl.DataFrame) -> pl.DataFrame:
    """For each patient, how long ago the last stay began: evenly over the room that the span leaves.

    In a small file so few stays would fall on the last days that the wards stood empty: there a larger share is drawn.
    """
    chains = stays.group_by("patient_id", maintain_order=True).agg(
        chain_days=pl.col("days_to_last").max(),
        length=pl.col("length_of_stay_days").last(),
        may_be_on_the_ward=~pl.col("discharge_disposition").last().is_in(list(DISPOSITIONS_WITHOUT_RETURN)),
    )
    length = chains["length"].to_numpy()
    room = np.maximum(SPAN_DAYS - chains["chain_days"].to_numpy(), 60)
    natural = np.where(chains["may_be_on_the_ward"].to_numpy(), length / room, 0.0)
    target = min(ON_THE_WARD_TARGET, ON_THE_WARD_LARGEST_SHARE * chains.height)
    on_the_ward = draw(chains["patient_id"], "on the ward") < natural * max(1.0, target / max(natural.sum(), 1e-9))
    u = draw(chains["patient_id"], "last admission")
    days_ago = np.where(on_the_ward, 1 + np.floor(u * length), length + 1 + np.floor(u * (room - length)))
    return chains.select("patient_id", days_since_last=pl.Series(days_ago.astype(np.int64)))


def _with_hours(stays: pl.DataFrame, as_of: date) -> pl.DataFrame:
    ids, elective = stays["encounter_id"], (stays["admission_type"] == AdmissionType.ELECTIVE.value).to_numpy()
    planned, unplanned = weighted_choice(ids, "hour in", _ELECTIVE_HOURS), weighted_choice(ids, "hour in", _UNPLANNED_HOURS)
    hour_in, hour_out = np.where(elective, planned, unplanned), weighted_choice(ids, "hour out", _DISCHARGE_HOURS)
    minute_in, minute_out = (np.floor(draw(ids, purpose) * 60).astype(np.int64) for purpose in ("minute in", "minute out"))
    stays = stays.with_columns(
        minutes_in=pl.Series(hour_in * 60 + minute_in),
        minutes_out=pl.Series(hour_out * 60 + minute_out),
        left_on=pl.col("admitted_on") + pl.duration(days="length_of_stay_days"),
    )
    left_at = pl.col("left_on").cast(pl.Datetime("us")) + pl.duration(minutes="minutes_out")
    return stays.select(
        "encounter_id",
        admitted_at=pl.col("admitted_on").cast(pl.Datetime("us")) + pl.duration(minutes="minutes_in"),
        discharged_at=pl.when(pl.col("left_on") < as_of).then(left_at),
    )
