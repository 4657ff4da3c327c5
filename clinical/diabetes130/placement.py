"""Which ward: the data set names none, so each patient gets one home unit, by a rule that docs/data.md states.

The primary diagnosis of the latest stay picks a specialty, the patient's number one of its wards; every stay is spent there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from clinical.diabetes130.draws import draw
from clinical.models import CareUnit


@dataclass(frozen=True)
class Specialty:
    """A group of wards and the ICD-9 categories (first and last, inclusive) that lie on them."""

    wards: tuple[tuple[str, str], ...]  # code, name
    categories: tuple[tuple[int, int], ...]


# Strack et al. 2014 group the primary diagnoses much like this; the wards are sized by days of stay, about 25,000 each
SPECIALTIES = (
    Specialty(
        (("CARD-4W", "Cardiology 4 West"), ("CARD-4E", "Cardiology 4 East"), ("HEART-4N", "Heart and Stroke 4 North")),
        ((390, 459), (785, 785)),
    ),
    Specialty(
        (("RESP-3W", "Respiratory and Infection 3 West"), ("RESP-3E", "Respiratory and Infection 3 East")),
        ((1, 139), (460, 519), (786, 786)),
    ),
    Specialty((("GI-2N", "Gastroenterology 2 North"),), ((520, 579), (787, 787))),
    Specialty(
        (("ENDO-5W", "Diabetes and Renal 5 West"), ("ENDO-5E", "Diabetes and Renal 5 East")),
        ((240, 279), (580, 629), (788, 788)),
    ),
    Specialty((("SURG-7W", "Surgery 7 West"), ("SURG-7E", "Surgery 7 East")), ((140, 239), (710, 739), (800, 999))),
    Specialty((("MED-1N", "General Medicine 1 North"), ("MED-1S", "General Medicine 1 South")), ()),  # all others
)
WARDS = tuple(ward for specialty in SPECIALTIES for ward in specialty.wards)


def open_units() -> dict[str, int]:
    """The primary key of each ward by its code; the missing ones are opened. Must be called in a transaction."""
    CareUnit.objects.bulk_create([CareUnit(code=code, name=name) for code, name in WARDS], ignore_conflicts=True)
    units = dict(CareUnit.objects.filter(code__in=[code for code, _ in WARDS]).values_list("code", "pk"))
    if missing := [code for code, _ in WARDS if code not in units]:
        msg = f"the names of the wards {', '.join(missing)} are taken by units with other codes"
        raise RuntimeError(msg)
    return units


def home_units(latest_stays: pl.DataFrame) -> pl.Series:
    """The code of each patient's ward, from their latest stay (columns `patient_id`, `diagnosis_1`)."""
    first_ward, wards = latest_stays.select(first=_first_ward(), wards=_number_of_wards()).get_columns()
    place = first_ward.to_numpy() + np.floor(draw(latest_stays["patient_id"], "ward") * wards.to_numpy()).astype(np.int64)
    codes = np.array([code for code, _ in WARDS])
    return pl.Series("unit_code", codes[place])


def _first_ward() -> pl.Expr:
    starts = [sum(len(before.wards) for before in SPECIALTIES[:place]) for place in range(len(SPECIALTIES))]
    return _by_specialty(starts)


def _number_of_wards() -> pl.Expr:
    return _by_specialty([len(specialty.wards) for specialty in SPECIALTIES])


def _by_specialty(values: list[int]) -> pl.Expr:
    # V and E codes, and stays without a diagnosis, have no category and fall to the last specialty
    category = pl.col("diagnosis_1").str.extract(r"^([0-9]{1,3})").cast(pl.Int64)
    chosen = pl.lit(values[-1])
    for specialty, value in zip(SPECIALTIES[:-1], values[:-1], strict=True):
        inside = pl.any_horizontal(*(category.is_between(low, high) for low, high in specialty.categories))
        chosen = pl.when(inside).then(pl.lit(value)).otherwise(chosen)
    return chosen.cast(pl.Int64)
