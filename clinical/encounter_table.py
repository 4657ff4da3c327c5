"""The encounter table: one row an encounter, the shape that every feature reads.

Both readers, of the data set's file and of the database, produce exactly these columns: those that describe the stay
itself, and those that clinical.earlier_stays adds from the patient's stays before it. Whatever reads the table can
therefore take any rows of it, in any order, one or all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinical.code_lists import DRUGS

if TYPE_CHECKING:
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
TEXTS = (
    "age_band", "race", "sex", "weight_band", "payer_code", "medical_specialty", "diagnosis_1", "diagnosis_2", "diagnosis_3",
    "max_glucose_serum", "a1c_result",
)  # fmt: skip
FLAGS = ("any_drug_changed", "on_diabetes_medication")
DRUG_COLUMNS = {drug: drug_column(drug) for drug in DRUGS}

EARLIER_STAYS = "earlier_stays_count"
# by the count that they are made from; the previous one is empty in a first stay
PREVIOUS = {count: f"previous_{count}" for count in COUNTS}
SUM_OF_EARLIER = {count: f"earlier_{count}" for count in COUNTS}
EARLIER = (EARLIER_STAYS, *PREVIOUS.values(), *SUM_OF_EARLIER.values())

WHOLE_NUMBERS = (*IDENTITIES, *CODES, *COUNTS)
ATTRIBUTES = (*CODES, *COUNTS, *TEXTS, *FLAGS)
OF_THE_STAY = (*IDENTITIES, *ATTRIBUTES, *DRUG_COLUMNS.values())
COLUMNS = (*OF_THE_STAY, *EARLIER)


def polars_schema() -> dict[str, polars.DataType]:
    """Column types of the table in polars."""
    import polars as pl  # noqa: PLC0415  web processes read columns' names and never a frame

    return schema_of_the_stay() | dict.fromkeys(EARLIER, pl.Int64())


def schema_of_the_stay() -> dict[str, polars.DataType]:
    """The same for the columns that need no other stay."""
    import polars as pl  # noqa: PLC0415  see above

    types: dict[str, polars.DataType] = dict.fromkeys(OF_THE_STAY, pl.String())
    return types | dict.fromkeys(WHOLE_NUMBERS, pl.Int64()) | dict.fromkeys(FLAGS, pl.Boolean())
