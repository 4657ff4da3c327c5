from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from clinical import earlier_stays
from clinical.cohort.generator import generate
from clinical.comorbidities import WARD
from clinical.diabetes130.reader import read_frame, table_of
from clinical.diabetes130.source import find_dataset
from clinical.diabetes130.succession import in_order, with_earlier_stays
from clinical.encounter_table import (
    COUNTS,
    DIAGNOSES,
    EARLIER,
    EARLIER_STAYS,
    HAD,
    PREVIOUS,
    PREVIOUS_DIAGNOSIS,
    PREVIOUS_DISPOSITION,
    SUM_OF_EARLIER,
)
from clinical.icd9 import CODE, in_hundredths

KEPT = ("encounter_id", "patient_id", *earlier_stays.LOOKED_BACK_AT, "readmission")


def made(*stays: tuple[int, int, str]) -> pl.DataFrame:
    """Stays of (encounter, patient, label); every count is the encounter's number."""
    same = {"discharge_disposition": 3, "diagnosis_1": "428.0", "diagnosis_2": "V45.1", "diagnosis_3": ""}
    rows = [{"encounter_id": ident, "patient_id": who, **dict.fromkeys(COUNTS, ident), **same, "readmission": label}
            for ident, who, label in stays]  # fmt: skip
    return pl.DataFrame(rows)


def row_of(encounter_id: int, frame: pl.DataFrame) -> dict[str, object]:
    """What the table says of the stays before one."""
    return with_earlier_stays(frame).filter(pl.col("encounter_id") == encounter_id).select(EARLIER).row(0, named=True)


def by_plain_reading(frame: pl.DataFrame) -> dict[int, dict[str, object]]:
    """The rule of docs/modelling.md read aloud: patient by patient, one stay after another."""
    found: dict[int, dict[str, object]] = {}
    for patient in sorted(set(frame["patient_id"])):
        before: list[dict[str, Any]] = []
        last_label = ""
        for stay in sorted(frame.filter(pl.col("patient_id") == patient).to_dicts(), key=lambda stay: stay["encounter_id"]):
            if last_label == "none":
                before = []
            said: dict[str, object] = {EARLIER_STAYS: len(before)}
            for count in COUNTS:
                said[PREVIOUS[count]] = before[-1][count] if before else None
                said[SUM_OF_EARLIER[count]] = sum(earlier[count] for earlier in before)
            said[PREVIOUS_DISPOSITION] = before[-1]["discharge_disposition"] if before else None
            said[PREVIOUS_DIAGNOSIS] = number_of(before[-1]["diagnosis_1"]) if before else None
            told = {earlier[diagnosis].split(".")[0] for earlier in before for diagnosis in DIAGNOSES}
            for condition in WARD:
                said[HAD[condition.name]] = int(any(code.isdigit() and is_among(int(code), condition.codes) for code in told))
            found[stay["encounter_id"]] = said
            before.append(stay)
            last_label = stay["readmission"]
    return found


def number_of(code: str) -> float | None:
    return in_hundredths(code) / 100 if CODE.fullmatch(code) else None


def is_among(category: int, codes: str) -> bool:
    """The ward's conditions are ranges of whole categories."""
    bounds = [int(bound) for bound in codes.split("-")]
    return bounds[0] <= category <= bounds[-1]


def test_a_row_tells_of_the_stays_before_it_and_of_the_last() -> None:
    frame = made((7, 1, "later"), (5, 1, "later"), (6, 2, "none"), (9, 1, "none"))
    row = row_of(9, frame)
    assert (row[EARLIER_STAYS], row["previous_procedures_count"], row["earlier_procedures_count"]) == (2, 7, 12)
    assert (row[PREVIOUS_DISPOSITION], row[PREVIOUS_DIAGNOSIS]) == (3, 428.0)
    assert (row["had_heart_failure"], row["had_cancer"]) == (1, 0)
    assert row_of(6, frame)[EARLIER_STAYS] == row_of(6, frame)["had_heart_failure"] == 0


def test_a_stay_that_comes_later_changes_no_earlier_row() -> None:
    few = made((5, 1, "within_30"), (7, 1, "later"))
    many = pl.concat([few, made((8, 1, "within_30"), (9, 1, "none"))])
    assert [row_of(ident, few) for ident in (5, 7)] == [row_of(ident, many) for ident in (5, 7)]


def test_after_a_stay_without_readmission_a_row_is_exactly_like_a_first_stay() -> None:
    frame = made((5, 1, "later"), (7, 1, "none"), (8, 1, "within_30"), (9, 1, "later"))
    first = row_of(5, frame)
    said_of_none = dict.fromkeys((*PREVIOUS.values(), PREVIOUS_DISPOSITION, PREVIOUS_DIAGNOSIS))
    counted = dict.fromkeys((EARLIER_STAYS, *SUM_OF_EARLIER.values(), *HAD.values()), 0)
    assert row_of(8, frame) == first == said_of_none | counted
    # what follows looks back to it and no further
    assert (row_of(9, frame)[EARLIER_STAYS], row_of(9, frame)["previous_procedures_count"]) == (1, 8)


def test_the_label_of_a_stay_is_in_no_column_of_any_other_but_by_that_rule() -> None:
    frame = made((5, 1, "later"), (7, 1, "later"), (8, 1, "later"))
    other = made((5, 1, "within_30"), (7, 1, "within_30"), (8, 1, "none"))
    assert with_earlier_stays(frame).drop("readmission").equals(with_earlier_stays(other).drop("readmission"))


def test_the_windows_say_what_a_plain_reading_says() -> None:
    frame = table_of(generate(encounters=600, seed=3), sha256="").frame.select(KEPT)
    assert _rows(with_earlier_stays(frame)) == by_plain_reading(frame)


@pytest.mark.dataset
def test_the_published_file_has_490_such_rows_and_all_look_like_first_stays() -> None:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set was not found")
    frame = read_frame(path).select(*KEPT, *EARLIER)
    stays = in_order(frame)
    begins_anew = (pl.col("stay_number") == 1) & ~pl.col("patient_id").is_first_distinct()
    inverted = stays.filter(begins_anew)
    assert (inverted.height, inverted.select(EARLIER).unique().height) == (490, 1)
    assert inverted.select(EARLIER).row(0) == stays.select(EARLIER).row(0)
    sample = frame.filter(pl.col("patient_id") % 37 == 0)
    assert _rows(sample) == by_plain_reading(sample.select(KEPT))


def test_rows_are_given_back_in_the_order_in_which_they_came() -> None:
    frame = made((7, 1, "later"), (5, 1, "later"), (6, 2, "none"))
    assert with_earlier_stays(frame)["encounter_id"].to_list() == [7, 5, 6]
    assert earlier_stays.of_stays(in_order(frame).reverse())["encounter_id"].to_list() == [6, 7, 5]


def _rows(table: pl.DataFrame) -> dict[int, dict[str, object]]:
    return {row.pop("encounter_id"): row for row in table.select("encounter_id", *EARLIER).to_dicts()}
