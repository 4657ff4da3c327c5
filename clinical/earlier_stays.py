"""What the patient's stays before this one add to its row of the encounter table: how many, their counts, those of the last.

A reader says which stays make one history (`HISTORY`: a patient's, as a rule) and in which order they came
(`STAY_NUMBER`, 1 for the first), because only a reader knows: the database has dates, a file may have nothing but the
order of its ids. The windows here then look back along that order and never ahead. They are narwhals expressions, the
same for one patient, for all of them and on Spark; what they give are columns of the encounter table, so that every
feature reads one row and nothing else.

Never in a history: an identifier, a date or the time between two stays, or what became of a stay. Days would be real
days in a hospital, but the demonstration's dates are made from the labels, and a model would read the label back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clinical.encounter_table import COUNTS, EARLIER_STAYS, PREVIOUS, SUM_OF_EARLIER
from clinical.plans import TablePlan

if TYPE_CHECKING:
    import narwhals as nw
    import polars as pl

HISTORY, STAY_NUMBER = "history", "stay_number"
ENCOUNTER_ID = "encounter_id"
STAY_COLUMNS = (ENCOUNTER_ID, HISTORY, STAY_NUMBER, *COUNTS)


def select(stays: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """For each of these stays its id and what came before it; all stays of a history must be here."""
    return stays.select(ENCOUNTER_ID, *expressions())


def expressions() -> list[nw.Expr]:
    """The columns EARLIER, for an engine that adds them to rows of its own."""
    import narwhals as nw  # noqa: PLC0415  web processes know the columns and never a frame

    def over(expression: nw.Expr) -> nw.Expr:
        return expression.over(HISTORY, order_by=STAY_NUMBER)

    return [
        (nw.col(STAY_NUMBER) - 1).alias(EARLIER_STAYS),
        *(over(nw.col(count).shift(1)).alias(previous) for count, previous in PREVIOUS.items()),
        *((over(nw.col(count).cum_sum()) - nw.col(count)).alias(total) for count, total in SUM_OF_EARLIER.items()),
    ]


def of_stays(stays: pl.DataFrame) -> pl.DataFrame:
    """The same for a frame in memory with STAY_COLUMNS, in its order."""
    return _PLAN.run(stays.select(STAY_COLUMNS))


def _schema() -> dict[str, pl.DataType]:
    import polars as pl  # noqa: PLC0415  see above

    return dict.fromkeys(STAY_COLUMNS, pl.Int64())


_PLAN = TablePlan(select, _schema)
