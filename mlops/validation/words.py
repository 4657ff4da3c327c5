"""Figures as they are written: never more places than the interval supports, and a dash where there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NONE = "\N{EN DASH}"


def number(value: float | None, places: int = 3) -> str:
    if value is None:
        return NONE
    text = f"{value:.{places}f}"
    # a rounded minus zero is a zero
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")


def signed(value: float | None, places: int = 3) -> str:
    text = number(value, places)
    return f"+{text}" if value is not None and float(f"{value:.{places}f}") > 0 else text


def percent(value: float | None, places: int = 1) -> str:
    return NONE if value is None else f"{100 * value:.{places}f}\N{NO-BREAK SPACE}%"


def count(value: int | None, *, fewer_than: int = 10) -> str:
    return f"fewer than {fewer_than}" if value is None else f"{value:,}"


def with_interval(metric: Mapping[str, Any] | None, places: int = 3) -> str:
    """0.688 (0.674 to 0.701)."""
    if metric is None or metric["value"] is None:
        return NONE
    return _between(number(metric["value"], places), metric, places)


def signed_with_interval(metric: Mapping[str, Any] | None, places: int = 4) -> str:
    if metric is None or metric["value"] is None:
        return NONE
    return _between(signed(metric["value"], places), metric, places)


def flat_with_interval(figures: Mapping[str, Any], name: str, places: int = 3) -> str:
    """The same for a figure whose interval stands beside it as NAME_low and NAME_high."""
    return with_interval({"value": figures[name], "low": figures[f"{name}_low"], "high": figures[f"{name}_high"]}, places)


def _between(value: str, metric: Mapping[str, Any], places: int) -> str:
    if metric.get("low") is None:
        return value
    return f"{value} ({number(metric['low'], places)} to {number(metric['high'], places)})"
