"""What the patient's stays before this one add to its row of the encounter table: how many, their counts, those of the last.

A reader says which stays make one history (`HISTORY`: a patient's, as a rule) and in which order they came
(`STAY_NUMBER`, 1 for the first), because only a reader knows: the database has dates, a file may have nothing but the
order of its ids. The windows here then look back along that order and never ahead. They are narwhals expressions, the
same for one patient, for all of them and on Spark; what they give are columns of the encounter table, so that every
feature reads one row and nothing else.

A count that nobody recorded adds nothing to a sum: the sums are of what is known.

Never in a history: an identifier, a date or the time between two stays, or what became of a stay. Days would be real
days in a hospital, but the demonstration's dates are made from the labels, and a model would read the label back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clinical import icd9
from clinical.comorbidities import WARD, Condition
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
from clinical.plans import TablePlan
from clinical.row_plans import RowPlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import narwhals as nw
    import polars as pl

HISTORY, STAY_NUMBER = "history", "stay_number"
ENCOUNTER_ID, DISPOSITION = "encounter_id", "discharge_disposition"
LOOKED_BACK_AT = (*COUNTS, DISPOSITION, *DIAGNOSES)
STAY_COLUMNS = (ENCOUNTER_ID, HISTORY, STAY_NUMBER, *LOOKED_BACK_AT)
_NUMBER_OF = {diagnosis: f"{diagnosis}_number" for diagnosis in DIAGNOSES}
_HAS = {condition.name: f"{condition.name}_in_this_stay" for condition in WARD}


def select(stays: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """For each of these stays its id and what came before it; all stays of a history must be here."""
    return added_to(stays).select(ENCOUNTER_ID, *EARLIER)


def added_to(stays: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The stays with the columns EARLIER, and with some that lie on the way there."""
    with_codes = stays.with_columns(*(icd9.number(diagnosis).alias(name) for diagnosis, name in _NUMBER_OF.items()))
    with_conditions = with_codes.with_columns(*(_has(condition).alias(_HAS[condition.name]) for condition in WARD))
    return with_conditions.with_columns(*_windows())


def of_stays(stays: pl.DataFrame) -> pl.DataFrame:
    """The same for a frame in memory with STAY_COLUMNS, in its order."""
    return _PLAN.run(stays.select(STAY_COLUMNS))


def before_the_last_of(stays: Sequence[tuple[int | str | None, ...]]) -> Mapping[str, Any]:
    """The columns EARLIER of the newest of one patient's stays, oldest first, each told by what is LOOKED_BACK_AT."""
    rows = [
        {ENCOUNTER_ID: number, HISTORY: 0, STAY_NUMBER: number, **dict(zip(LOOKED_BACK_AT, stay, strict=True))}
        for number, stay in enumerate(stays, start=1)
    ]
    columns = _ROW_PLAN.run(rows)
    del columns[ENCOUNTER_ID]
    return columns


def schema() -> dict[str, pl.DataType]:
    """Types of STAY_COLUMNS in polars."""
    import polars as pl  # noqa: PLC0415  web processes know the columns and never a frame

    types: dict[str, pl.DataType] = dict.fromkeys(STAY_COLUMNS, pl.Int64())
    return types | dict.fromkeys(DIAGNOSES, pl.String())


def _windows() -> list[nw.Expr]:
    import narwhals as nw  # noqa: PLC0415  see above

    def over(expression: nw.Expr) -> nw.Expr:
        return expression.over(HISTORY, order_by=STAY_NUMBER)

    def last(column: str) -> nw.Expr:
        return over(nw.col(column).shift(1))

    def before(each: nw.Expr) -> nw.Expr:
        return over(each.cum_sum()) - each

    return [
        (nw.col(STAY_NUMBER) - 1).alias(EARLIER_STAYS),
        *(last(count).alias(previous) for count, previous in PREVIOUS.items()),
        last(DISPOSITION).alias(PREVIOUS_DISPOSITION),
        last(_NUMBER_OF[DIAGNOSES[0]]).alias(PREVIOUS_DIAGNOSIS),
        *(before(nw.col(count).fill_null(0)).alias(total) for count, total in SUM_OF_EARLIER.items()),
        *((before(nw.col(_HAS[name])) > 0).cast(nw.Int64).alias(had) for name, had in HAD.items()),
    ]


def _has(condition: Condition) -> nw.Expr:
    """1 where one of the stay's diagnoses is among the condition's, else 0."""
    import narwhals as nw  # noqa: PLC0415  see above

    among = (
        nw.col(name).is_between(low / 100, high / 100, closed="left")
        for low, high in condition.ranges
        for name in _NUMBER_OF.values()
    )
    return nw.any_horizontal(*among, ignore_nulls=True).cast(nw.Int64)


_PLAN = TablePlan(select, schema)
_ROW_PLAN = RowPlan(select, window=(HISTORY, STAY_NUMBER))
