"""Rows without an engine: whatever a text or a number may be, the same answer as polars gives."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from clinical import earlier_stays, icd9
from clinical.plans import TablePlan
from clinical.row_plans import RowPlan, UnknownExpressionError

WHOLE, FLAG, TEXT = nw.col("whole"), nw.col("flag"), nw.col("text")
SCHEMA: dict[str, pl.DataType] = {"whole": pl.Int64(), "flag": pl.Boolean(), "text": pl.String()}
CODES = some.from_regex(r"\A[VE]?[0-9]{0,4}\.?[0-9]{0,3}\n?\Z") | some.sampled_from(["", "428", "V57.1", "E909", "-1", "Ž"])
ROWS = some.fixed_dictionaries(
    {"whole": some.none() | some.integers(-5, 500), "flag": some.none() | some.booleans(), "text": some.none() | CODES}
)
STAYS = some.lists(
    some.tuples(
        *[some.none() | some.integers(0, 90)] * len(earlier_stays.COUNTS),
        some.integers(1, 30),
        *[some.sampled_from(["", "428", "250.83", "V57.1", "585", "E909", "038"])] * len(earlier_stays.DIAGNOSES),
    ),
    min_size=1,
    max_size=5,
)


def everything(table: Any) -> Any:
    """Each kind of expression that the definitions use, in two stages."""
    first = table.with_columns(icd9.number("text").alias("code"), (WHOLE - 3).alias("less"))
    code = nw.col("code")
    return first.select(
        "code",
        (10 - WHOLE).alias("from_ten"),
        (WHOLE.cast(nw.Float64) / 7).alias("seventh"),
        (WHOLE > 2).alias("more"),
        ((WHOLE != 3) & FLAG).alias("both"),
        nw.all_horizontal(WHOLE == 3, FLAG, ignore_nulls=True).alias("all_known"),
        nw.any_horizontal(WHOLE == 3, FLAG, ignore_nulls=True).alias("any_known"),
        nw.any_horizontal(WHOLE == 3, FLAG, ignore_nulls=False).alias("any"),
        code.is_between(250, 429, closed="left").alias("between"),
        nw.when(TEXT == "428").then(1.0).when(FLAG).then(2.0).alias("chosen"),
        nw.when(TEXT == "428").then(1.0).otherwise(-1.0).alias("otherwise"),
        TEXT.is_null().alias("missing"),
        nw.col("less").fill_null(0).alias("filled"),
        FLAG.cast(nw.Float64).alias("as_number"),
        TEXT.str.contains("4", literal=True).alias("has_a_four"),
        TEXT.str.replace_all("8", "", literal=True).str.len_chars().alias("without_eights"),
        nw.concat_str([TEXT, TEXT], separator="|").alias("twice"),
    )


PLAN, ROW_PLAN = TablePlan(everything, lambda: SCHEMA), RowPlan(everything)


@given(ROWS)
def test_a_row_alone_is_what_polars_makes_of_it(row: dict[str, Any]) -> None:
    assert ROW_PLAN.run([row]) == PLAN.run(pl.DataFrame([row], schema=SCHEMA)).row(0, named=True)


@given(STAYS)
def test_what_came_before_a_stay_is_what_polars_makes_of_it(stays: list[tuple[Any, ...]]) -> None:
    numbered = [(number, 0, number, *stay) for number, stay in enumerate(stays, start=1)]
    frame = pl.DataFrame(numbered, schema=earlier_stays.schema(), orient="row")
    by_polars = earlier_stays.of_stays(frame).row(-1, named=True)
    assert {"encounter_id": len(stays), **earlier_stays.before_the_last_of(stays)} == by_polars


def test_the_rows_given_are_left_as_they_are() -> None:
    row = {"whole": 1, "flag": True, "text": "428"}
    ROW_PLAN.run([row])
    assert list(row) == ["whole", "flag", "text"]


def test_a_column_needs_a_name() -> None:
    with pytest.raises(UnknownExpressionError):
        RowPlan(lambda table: table.select(WHOLE - 1)).run([{"whole": 1}])


@pytest.mark.parametrize(
    "expression",
    [
        WHOLE.abs(), WHOLE.cast(nw.Int8), TEXT.str.replace_all("4+", ""), WHOLE.is_between(1, 2), WHOLE.cum_sum(reverse=True),
        WHOLE.cum_sum().over("flag", order_by="text"), nw.concat_str([TEXT], ignore_nulls=True),
        WHOLE.fill_null(strategy="forward"),
    ],
)  # fmt: skip
def test_what_rows_do_not_know_is_refused_and_not_guessed(expression: nw.Expr) -> None:
    with pytest.raises(UnknownExpressionError):
        RowPlan(lambda table: table.select(expression.alias("it"))).run([{"whole": 1, "flag": True, "text": ""}])
