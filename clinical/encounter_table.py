"""The encounter table: one row an encounter, the shape that every feature reads.

Both readers, of the data set's file and of the database, produce exactly these columns: those that describe the stay
itself, and those that clinical.earlier_stays adds from the patient's stays before it. Whatever reads the table can
therefore take any rows of it, in any order, one or all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clinical.code_lists import ANOTHER_PLACE, DRUGS, PAYER_PLACES, SPECIALTY_PLACES
from clinical.comorbidities import WARD

if TYPE_CHECKING:
    import narwhals as nw
    import polars

NOT_PRESCRIBED = "no"


def drug_column(drug: str) -> str:
    return f"drug_{drug.replace('-', '_')}"


IDENTITIES = ("encounter_id", "patient_id")
CODES = ("admission_type", "admission_source", "discharge_disposition")
COUNTS = (
    "length_of_stay_days", "lab_procedures_count", "procedures_count", "medications_count", "outpatient_visits_prior_year",
    "emergency_visits_prior_year", "inpatient_stays_prior_year", "diagnoses_count",
)  # fmt: skip
# what a stay must tell before a model may look at it, as a condition of SQL on `e`
TOLD_WHOLE = " AND ".join(f"e.{count} IS NOT NULL" for count in COUNTS) + " AND e.entered_in_error_at IS NULL"
DIAGNOSES = ("diagnosis_1", "diagnosis_2", "diagnosis_3")
TEXTS = (
    "age_band", "race", "sex", "weight_band", "payer_code", "medical_specialty", *DIAGNOSES, "max_glucose_serum", "a1c_result",
)  # fmt: skip
FLAGS = ("any_drug_changed", "on_diabetes_medication")
DRUG_COLUMNS = {drug: drug_column(drug) for drug in DRUGS}

EARLIER_STAYS = "earlier_stays_count"
# by the count that they are made from; what is said of the previous stay is empty in a first one
PREVIOUS = {count: f"previous_{count}" for count in COUNTS}
PREVIOUS_DISPOSITION = "previous_discharge_disposition"
PREVIOUS_DIAGNOSIS = "previous_diagnosis_1_code"
SUM_OF_EARLIER = {count: f"earlier_{count}" for count in COUNTS}
# by the condition: 1 where it was among the diagnoses of an earlier stay
HAD = {condition.name: f"had_{condition.name}" for condition in WARD}
EARLIER = (
    EARLIER_STAYS, *PREVIOUS.values(), PREVIOUS_DISPOSITION, PREVIOUS_DIAGNOSIS, *SUM_OF_EARLIER.values(), *HAD.values(),
)  # fmt: skip

WHOLE_NUMBERS = (*IDENTITIES, *CODES, *COUNTS)
ATTRIBUTES = (*CODES, *COUNTS, *TEXTS, *FLAGS)
OF_THE_STAY = (*IDENTITIES, *ATTRIBUTES, *DRUG_COLUMNS.values())
# texts of long lists as their places: for one row a reader looks them up far quicker than any plan
_LISTED = {"specialty_place": ("medical_specialty", SPECIALTY_PLACES), "payer_place": ("payer_code", PAYER_PLACES)}
LISTED = tuple(_LISTED)
COLUMNS = (*OF_THE_STAY, *LISTED, *EARLIER)


def places() -> list[nw.Expr]:
    """The columns LISTED, for an engine that has those OF_THE_STAY."""
    import narwhals as nw  # noqa: PLC0415  web processes read columns' names and never a frame

    return [
        nw.col(text).replace_strict(places, default=ANOTHER_PLACE, return_dtype=nw.Int64).alias(name)
        for name, (text, places) in _LISTED.items()
    ]


def places_of(stay: Mapping[str, Any]) -> dict[str, int]:
    """The same for one row."""
    return {name: places.get(stay[text], ANOTHER_PLACE) for name, (text, places) in _LISTED.items()}


def with_places(stays: polars.DataFrame) -> polars.DataFrame:
    """The same for a frame in memory."""
    import narwhals as nw  # noqa: PLC0415  see above

    return nw.from_native(stays).with_columns(*places()).to_native()


def polars_schema() -> dict[str, polars.DataType]:
    """Column types of the table in polars."""
    import polars as pl  # noqa: PLC0415  web processes read columns' names and never a frame

    return schema_of_the_stay() | dict.fromkeys((*LISTED, *EARLIER), pl.Int64()) | {PREVIOUS_DIAGNOSIS: pl.Float64()}


def schema_of_the_stay() -> dict[str, polars.DataType]:
    """The same for the columns that need no other stay."""
    import polars as pl  # noqa: PLC0415  see above

    types: dict[str, polars.DataType] = dict.fromkeys(OF_THE_STAY, pl.String())
    return types | dict.fromkeys(WHOLE_NUMBERS, pl.Int64()) | dict.fromkeys(FLAGS, pl.Boolean())
