"""What a file may say of a stay: one declaration for the template, the page, the document and the reader.

The names are those of the facts themselves (clinical.intake.facts), so that a hospital that later sends messages has
nothing to rename.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from clinical.code_lists import (
    AGE_BANDS,
    DRUGS,
    WEIGHT_BANDS,
    A1cResult,
    AdmissionSource,
    AdmissionType,
    DischargeDisposition,
    GlucoseResult,
    Race,
    Sex,
)
from predictions.upload import values


@dataclass(frozen=True)
class Column:
    """One column of a CSV file, one key of a line of NDJSON. `cell` reads a CSV's cell, `value` a JSON value."""

    name: str
    what: str
    expected: str
    cell: Callable[[str], Any]
    value: Callable[[Any], Any]
    example: str
    is_needed: bool = False
    needed_when: str = ""

    @property
    def need(self) -> str:
        return "yes" if self.is_needed else self.needed_when

    @property
    def expected_plainly(self) -> str:
        return self.expected.replace("`", "")


def _text(name: str, what: str, expected: str, example: str, *, is_needed: bool = False) -> Column:
    return Column(name, what, expected, values.text, values.as_it_is, example, is_needed)


def _word(name: str, what: str, words: Iterable[Any], example: str) -> Column:
    listed = ", ".join(f"`{word}`" for word in words if word)
    return Column(name, what, f"one of {listed}", values.text, values.as_it_is, example)


def _code(name: str, what: str, codes: type[AdmissionType | AdmissionSource | DischargeDisposition], example: str) -> Column:
    listed = ", ".join(f"`{value}` {label}" for value, label in codes.choices)
    return Column(name, what, f"a code: {listed}", values.whole_number, values.as_it_is, example)


def _count(name: str, what: str, unit: str, example: str) -> Column:
    # without it the stay is kept and not scored; the length of the stay follows from its times
    needed_when = "" if name == "length_of_stay_days" else "for a score"
    expected = f"a whole number of {unit}"
    return Column(name, what, expected, values.whole_number, values.as_it_is, example, needed_when=needed_when)


def _truth(name: str, what: str, example: str) -> Column:
    return Column(name, what, "`true` or `false`", values.truth, values.as_it_is, example)


def _moment(name: str, what: str, example: str, needed_when: str = "") -> Column:
    expected = "day and time such as `2026-11-20 14:05`, with or without an offset (`+01:00`); without one, in UTC"
    return Column(name, what, expected, values.moment, values.moment, example, needed_when=needed_when)


_DAY = "a day such as `1951-04-02`"
_DRUGS = (
    "each prescribed drug and what happened to its dose (`up`, `down`, `steady`): in CSV `insulin=up metformin=steady`, or"
    ' `none`; in NDJSON `{"insulin": "up"}`, or `{}`. Drugs: ' + ", ".join(f"`{drug}`" for drug in DRUGS)
)

COLUMNS: tuple[Column, ...] = (
    _text("medical_record_number", "the hospital's number of the patient", "at most 32 characters", "X4711", is_needed=True),
    _text("family_name", "family name", "at most 80 characters", "Example", is_needed=True),
    _text("given_name", "given name", "at most 80 characters", "Erika", is_needed=True),
    Column("birth_date", "day of birth", _DAY, values.day, values.day, "1951-04-02", is_needed=True),
    _word("sex", "administrative sex", Sex.values, "female"),
    _text("visit_number", "the hospital's number of the stay", "at most 64 characters", "V-2026-001", is_needed=True),
    _text("unit", "code of the ward", "the code of one of your wards", "CARD", is_needed=True),
    _moment("admitted_at", "when the stay began", "2026-11-16 09:30", "for a new stay"),
    _moment("discharged_at", "when the patient left; empty while on the ward", "2026-11-20 14:05"),
    _moment("told_at", "when the row was true; a row older than what is known changes nothing", ""),
    _word("age_band", "age at admission, in years; follows from the day of birth", AGE_BANDS, ""),
    _word("race", "race", Race.values, "caucasian"),
    _word("weight_band", "weight in pounds", WEIGHT_BANDS, ""),
    _text("payer_code", "who pays", "at most 8 characters", "MC"),
    _text("medical_specialty", "specialty of the admitting physician", "at most 48 characters", "Cardiology"),
    _code("admission_type", "how urgent the admission was", AdmissionType, "1"),
    _code("admission_source", "where the patient came from", AdmissionSource, "7"),
    _code("discharge_disposition", "where the patient goes, or is to go", DischargeDisposition, "1"),
    _count("length_of_stay_days", "length of the stay; follows from its times", "days, 0 to 365", ""),
    _count("lab_procedures_count", "laboratory tests during the stay", "tests, 0 to 1,000", "44"),
    _count("procedures_count", "other procedures during the stay", "procedures, 0 to 100", "1"),
    _count("medications_count", "distinct medications given during the stay", "medications, 0 to 300", "16"),
    _count("outpatient_visits_prior_year", "outpatient visits in the year before", "visits, 0 to 1,000", "0"),
    _count("emergency_visits_prior_year", "emergency visits in the year before", "visits, 0 to 1,000", "1"),
    _count("inpatient_stays_prior_year", "inpatient stays in the year before", "stays, 0 to 1,000", "2"),
    _text("diagnosis_1", "first diagnosis", "ICD-9-CM, such as `250.83`, `V58` or `E885.9`", "428"),
    _text("diagnosis_2", "second diagnosis", "ICD-9-CM", "250.02"),
    _text("diagnosis_3", "third diagnosis", "ICD-9-CM", "403"),
    _count("diagnoses_count", "diagnoses on record", "diagnoses, 0 to 30", "9"),
    _word("max_glucose_serum", "highest serum glucose in mg/dL; untold where not measured", GlucoseResult.values, ""),
    _word("a1c_result", "HbA1c in %; untold where not measured", A1cResult.values, "over_8"),
    Column("drugs", "diabetes drugs", _DRUGS, values.drugs, values.as_it_is, "insulin=up metformin=steady"),
    _truth("any_drug_changed", "whether a diabetes drug changed; follows from the drugs", ""),
    _truth("on_diabetes_medication", "whether any was prescribed; follows from the drugs", ""),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
NEEDED = tuple(column.name for column in COLUMNS if column.is_needed)
NAMES = tuple(BY_NAME)


def as_csv() -> str:
    """The template: every column, and one stay that nobody had."""
    written = io.StringIO()
    csv.writer(written).writerows(([column.name for column in COLUMNS], [column.example for column in COLUMNS]))
    return "\ufeff" + written.getvalue()


def as_markdown() -> str:
    """The list of columns in docs/ehr.md."""
    rows = (f"| `{column.name}` | {column.need} | {column.what} | {column.expected} |" for column in COLUMNS)
    return "\n".join(("| column or key | needed | what it is | what may stand there |", "|---|---|---|---|", *rows))
