"""Narwhals expressions for one row without any engine: walked once, and made into functions of plain numbers and texts.

A frame library takes milliseconds to begin what is microseconds of arithmetic on one row. The definition stays the one
that plans.py hands to polars and others to Spark; here each node of its expressions becomes a function when a plan first
runs. A node that is not known is refused then and not guessed at, and tests hold every number to what polars says, to the
last bit. Missing is None, with the rules that SQL and polars have for it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import narwhals as nw

Row: TypeAlias = dict[str, Any]
# rows of one history in their order, and the place of the one that is asked for: windows look back from there
Value: TypeAlias = Callable[[Sequence[Row], int], Any]
Stage: TypeAlias = list[tuple[str, Value]]

_LOOK_BACK = frozenset({"cum_sum", "shift"})


class UnknownExpressionError(NotImplementedError):
    """An expression that rows cannot be asked for."""


class RowPlan:
    """What `select` makes of the last of some rows. `window` is what makes rows one history, and what they are ordered by."""

    def __init__(self, select: Callable[[Any], Any], *, window: tuple[str, str] = ("", "")) -> None:
        self._select, self._window = select, window
        self._stages: tuple[list[tuple[Stage, bool]], Stage] | None = None

    def run(self, rows: Sequence[Mapping[str, Any]]) -> Row:
        """The columns of the last row; the rows given are left as they are."""
        stages, last = self._stages or self._compiled()
        known: list[Row] = [dict(row) for row in rows]
        newest = len(known) - 1
        for stage, is_looked_back_at in stages:
            for place in range(0 if is_looked_back_at else newest, newest + 1):
                known[place].update([(name, value(known, place)) for name, value in stage])
        return {name: value(known, newest) for name, value in last}

    def _compiled(self) -> tuple[list[tuple[Stage, bool]], Stage]:
        recorder = _Recorder()
        self._select(recorder)
        compiler = _Compiler(self._window)
        *stages, last = [[compiler.column(expression) for expression in stage] for stage in recorder.stages]
        looks_back = [any(map(_looks_back, stage)) for stage in recorder.stages]
        self._stages = [(stage, any(looks_back[place + 1 :])) for place, stage in enumerate(stages)], last
        return self._stages


class _Recorder:
    """Stands where `select` expects a table, and keeps what is asked of it."""

    def __init__(self) -> None:
        self.stages: list[tuple[nw.Expr | str, ...]] = []

    def with_columns(self, *columns: nw.Expr | str) -> _Recorder:
        self.stages.append(columns)
        return self

    select = with_columns


def _looks_back(expression: object) -> bool:
    nodes = getattr(expression, "_nodes", ())
    return any(node.name in _LOOK_BACK or any(map(_looks_back, node.exprs)) for node in nodes)


class _Compiler:
    """From an expression's nodes, each of which works on what the one before it gave, to one function."""

    def __init__(self, window: tuple[str, str]) -> None:
        self._history, self._order = window

    def column(self, expression: nw.Expr | str) -> tuple[str, Value]:
        """What the column is called, and what it holds."""
        if isinstance(expression, str):
            return expression, _column(expression)
        value = self.value(expression)
        last = expression._nodes[-1]  # noqa: SLF001  narwhals has no public way to read an expression
        if last.name != "alias":
            msg = f"{expression} has no name"
            raise UnknownExpressionError(msg)
        return str(last.kwargs["name"]), value

    def value(self, given: Any) -> Value:
        nodes = getattr(given, "_nodes", None)
        if nodes is None:
            return _constant(given)
        value: Value | None = None
        for node in nodes:
            value = self._node(node, value)
        if value is None:
            msg = "an expression of nothing"
            raise UnknownExpressionError(msg)
        return value

    def _node(self, node: Any, before: Value | None) -> Value:
        if node.name == "over":
            self._check_window(node.kwargs)
        if node.name in _PASSED_ON and before is not None:
            return before
        made = _MAKERS.get(node.name)
        if made is None:
            msg = f"{node.name} is not known for single rows"
            raise UnknownExpressionError(msg)
        given = [*([] if before is None else [before]), *map(self.value, node.exprs)]
        try:
            return made(*given, **node.kwargs)
        except TypeError as error:
            msg = f"{node.name} is not known for single rows in this form"
            raise UnknownExpressionError(msg) from error

    def _check_window(self, kwargs: Mapping[str, Any]) -> None:
        if (kwargs["partition_by"], kwargs["order_by"]) != ([self._history], [self._order]):
            msg = f"rows are a window by {self._history!r} in the order of {self._order!r}, and no other"
            raise UnknownExpressionError(msg)


def _constant(constant: Any) -> Value:
    return lambda _rows, _place: constant


def _column(name: str) -> Value:
    return lambda rows, place: rows[place][name]


def _one_column(*, names: Sequence[str]) -> Value:
    (name,) = names
    return _column(name)


def _both(operation: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    """Missing where either side is."""

    def make(left: Value, right: Value) -> Value:
        def value(rows: Sequence[Row], place: int) -> Any:
            one, other = left(rows, place), right(rows, place)
            return None if one is None or other is None else operation(one, other)

        return value

    return make


def _and(*conditions: Value, ignore_nulls: bool = False) -> Value:
    """False where any is; else missing where any is, unless missing ones do not count."""

    def value(rows: Sequence[Row], place: int) -> bool | None:
        found: bool | None = True
        for condition in conditions:
            holds = condition(rows, place)
            if holds is None:
                found = found if ignore_nulls else None
            elif not holds:
                return False
        return found

    return value


def _or(*conditions: Value, ignore_nulls: bool = False) -> Value:
    """True where any is; else missing where any is, unless missing ones do not count."""

    def value(rows: Sequence[Row], place: int) -> bool | None:
        found: bool | None = False
        for condition in conditions:
            holds = condition(rows, place)
            if holds is None:
                found = found if ignore_nulls else None
            elif holds:
                return True
        return found

    return value


def _when(condition: Value, then: Value, otherwise: Value | None = None) -> Value:
    def value(rows: Sequence[Row], place: int) -> Any:
        if condition(rows, place):
            return then(rows, place)
        return None if otherwise is None else otherwise(rows, place)

    return value


def _cast(before: Value, *, dtype: Any) -> Value:
    """Whatever float and int read: a definition lets nothing else come this far."""
    to = {"Float64": float, "Int64": int}.get(getattr(dtype, "__name__", ""))
    if to is None:
        msg = f"rows hold no {dtype}"
        raise UnknownExpressionError(msg)
    return _each(before, to)


def _each(before: Value, function: Callable[[Any], Any]) -> Value:
    def value(rows: Sequence[Row], place: int) -> Any:
        found = before(rows, place)
        return None if found is None else function(found)

    return value


def _contains(before: Value, pattern: Value, *, literal: bool) -> Value:
    text = str(pattern((), 0))
    if literal:
        return _each(before, lambda found: text in found)
    # an engine's $ is the end of the text; Python's would let a line's end stand behind it
    search = re.compile(re.sub(r"\$\Z", r"\\Z", text)).search
    return _each(before, lambda found: search(found) is not None)


def _replace_all(before: Value, by: Value, *, pattern: str, literal: bool) -> Value:
    if not literal:
        msg = "rows replace nothing but plain words"
        raise UnknownExpressionError(msg)
    return _each(before, lambda found: found.replace(pattern, by((), 0)))


def _is_between(before: Value, low: Value, high: Value, *, closed: str) -> Value:
    if closed != "left":
        msg = "rows know ranges that hold their beginning and not their end"
        raise UnknownExpressionError(msg)
    first, end = low((), 0), high((), 0)
    return _each(before, lambda found: first <= found < end)


def _is_null(before: Value) -> Value:
    return lambda rows, place: before(rows, place) is None


def _fill_null(before: Value, by: Value, *, strategy: object, limit: object) -> Value:
    if strategy is not None or limit is not None:
        msg = "rows fill what is missing by a value alone"
        raise UnknownExpressionError(msg)

    def value(rows: Sequence[Row], place: int) -> Any:
        found = before(rows, place)
        return by(rows, place) if found is None else found

    return value


def _joined(*texts: Value, separator: str, ignore_nulls: bool) -> Value:
    if ignore_nulls:
        msg = "rows join texts of which none is missing"
        raise UnknownExpressionError(msg)

    def value(rows: Sequence[Row], place: int) -> str | None:
        found = [text(rows, place) for text in texts]
        return None if None in found else separator.join(found)

    return value


def _sum_so_far(before: Value, *, reverse: bool) -> Value:
    if reverse:
        msg = "rows are added up from the first"
        raise UnknownExpressionError(msg)

    def value(rows: Sequence[Row], place: int) -> Any:
        found = [before(rows, earlier) for earlier in range(place + 1)]
        return None if found[-1] is None else sum(number for number in found if number is not None)

    return value


def _shifted(before: Value, *, n: int) -> Value:
    return lambda rows, place: before(rows, place - n) if place >= n else None


def _swapped(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda one, other: operation(other, one)


_PASSED_ON = frozenset({"alias", "over"})
_MAKERS: Mapping[str, Callable[..., Value]] = {
    "col": _one_column,
    "when_then": _when,
    "all_horizontal": _and,
    "any_horizontal": _or,
    "concat_str": _joined,
    "cast": _cast,
    "is_null": _is_null,
    "fill_null": _fill_null,
    "is_between": _is_between,
    "cum_sum": _sum_so_far,
    "shift": _shifted,
    "str.contains": _contains,
    "str.replace_all": _replace_all,
    "str.len_chars": lambda before: _each(before, len),
    "__and__": _and,
    "__eq__": _both(operator.eq),
    "__ne__": _both(operator.ne),
    "__gt__": _both(operator.gt),
    "__sub__": _both(operator.sub),
    "__rsub__": _both(_swapped(operator.sub)),
    "__truediv__": _both(operator.truediv),
}
