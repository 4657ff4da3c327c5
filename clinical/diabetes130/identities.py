"""Fictitious people for records that carry none: a name, a record number and a birth date for each patient number.

The birth date agrees with the age band of every stay where one date can, else with the latest stay's.
"""

from __future__ import annotations

import polars as pl

from clinical.code_lists import Sex
from clinical.diabetes130.columns import LARGEST_NUMBER_OF_A_RECORD
from clinical.diabetes130.draws import choice, draw
from clinical.diabetes130.names import FAMILY, FEMALE, MALE
from clinical.models.patient import Provenance

RECORD_NUMBER_PREFIX = {Provenance.DIABETES130: "FD", Provenance.SYNTHETIC: "FS"}  # F as in fictitious
_RECORD_NUMBERS = LARGEST_NUMBER_OF_A_RECORD + 1
# odd and not a multiple of 5: multiplying modulo 10^9 then only reorders the numbers, so none comes twice
_REORDERING = 387_420_489


def people(stays: pl.DataFrame, *, provenance: Provenance) -> pl.DataFrame:
    """One row a patient from their dated stays: identity, sex of the latest stay, and `age_bands_agree`."""
    ordered = _with_bounds(stays).sort("patient_id", "admitted_at", maintain_order=True)
    patients = ordered.group_by("patient_id", maintain_order=True).agg(
        earliest=pl.col("born_from").max(),
        latest=pl.col("born_to").min(),
        own_earliest=pl.col("born_from").last(),
        own_latest=pl.col("born_to").last(),
        sex=pl.col("sex").last(),
        diagnosis_1=pl.col("diagnosis_1").last(),
    )
    patients = patients.with_columns(age_bands_agree=pl.col("earliest") <= pl.col("latest"))
    return patients.select(
        "patient_id", "sex", "diagnosis_1", "age_bands_agree",
        _record_numbers(patients, provenance), *_names(patients), _birth_dates(patients),
    )  # fmt: skip


def _with_bounds(stays: pl.DataFrame) -> pl.DataFrame:
    """The first and last day on which somebody of the stay's age band can have been born."""
    day, lowest = pl.col("admitted_at").dt.date(), pl.col("age_band").str.extract(r"^\[([0-9]+)").cast(pl.Int64)
    return stays.with_columns(
        born_to=day.dt.offset_by(pl.format("-{}y", lowest)),
        born_from=day.dt.offset_by(pl.format("-{}y", lowest + 10)).dt.offset_by("1d"),
    )


def _birth_dates(patients: pl.DataFrame) -> pl.Series:
    first = pl.when("age_bands_agree").then("earliest").otherwise("own_earliest")
    last = pl.when("age_bands_agree").then("latest").otherwise("own_latest")
    u = pl.Series(draw(patients["patient_id"], "birth date"))
    days = (pl.lit(u) * ((last - first).dt.total_days() + 1)).floor().cast(pl.Int64)
    return patients.select(birth_date=first + pl.duration(days=days)).to_series()


def _record_numbers(patients: pl.DataFrame, provenance: Provenance) -> pl.Series:
    number = pl.col("patient_id") * _REORDERING % _RECORD_NUMBERS
    text = pl.lit(RECORD_NUMBER_PREFIX[provenance]) + number.cast(pl.String).str.zfill(9)
    return patients.select(medical_record_number=text).to_series()


def _names(patients: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    ids = patients["patient_id"]
    family = pl.Series(FAMILY)[choice(ids, "family name", len(FAMILY))]
    female, male = (pl.Series(names)[choice(ids, "given name", len(names))] for names in (FEMALE, MALE))
    either = pl.Series((*FEMALE, *MALE))[choice(ids, "given name", len(FEMALE) + len(MALE))]
    sex = pl.lit(patients["sex"])
    given = pl.when(sex == str(Sex.FEMALE)).then(female).when(sex == str(Sex.MALE)).then(male).otherwise(either)
    return family.alias("family_name"), patients.select(given_name=given).to_series()
