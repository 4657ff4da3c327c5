"""Where the marks of a chart stand. Pure geometry: the templates draw it as SVG with attributes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from predictions.explain import Factor

SIDE = 10
LABEL_WIDTH, PLOT_WIDTH, ROW_HEIGHT, BAR_HEIGHT, MARGIN = 300, 460, 30, 16, 30
SMALLEST_BAR = 1.5
TEXT_DROP = 4.5  # from the middle of a row to the baseline of its words
FACTORS_DRAWN = 12


@dataclass(frozen=True)
class Figure:
    """One of a hundred patients in the icon array."""

    x: int
    y: int
    is_back: bool


def icon_array(count: int) -> list[Figure]:
    """A hundred figures in rows of ten, those who come back first: always in the same order, so that pages compare."""
    return [Figure(x=10 * (n % SIDE), y=10 * (n // SIDE), is_back=n < count) for n in range(SIDE * SIDE)]


@dataclass(frozen=True)
class Bar:
    """One factor's bar, from the line of no effect to the right (raises) or to the left (lowers)."""

    label: str
    value_text: str
    points: float
    raises: bool
    y: float
    x: float
    width: float
    text_x: float
    text_y: float
    text_anchor: str


@dataclass(frozen=True)
class FactorChart:
    """Bars on one common scale in patients of 100."""

    bars: list[Bar]
    zero_x: float
    width: int
    height: int


def factor_chart(factors: Sequence[Factor]) -> FactorChart:
    """The strongest factors, and the rest as one bar, so that what is drawn still adds up to the score."""
    drawn = list(factors[:FACTORS_DRAWN])
    lines = [(factor.label, factor.value_text, factor.points) for factor in drawn]
    rest = factors[FACTORS_DRAWN:]
    if rest:
        lines.append((f"{len(rest)} smaller factors together", "", sum(factor.points for factor in rest)))
    left = max([-points for _, _, points in lines if points < 0], default=0.0)
    right = max([points for _, _, points in lines if points > 0], default=0.0)
    room = PLOT_WIDTH - 2 * MARGIN - 2 * MARGIN
    scale = room / (left + right) if left + right else 0.0
    zero_x = LABEL_WIDTH + 2 * MARGIN + left * scale
    bars = [_bar(line, zero_x=zero_x, scale=scale, y=ROW_HEIGHT * row) for row, line in enumerate(lines)]
    return FactorChart(bars=bars, zero_x=zero_x, width=LABEL_WIDTH + PLOT_WIDTH, height=ROW_HEIGHT * len(bars))


def _bar(line: tuple[str, str, float], *, zero_x: float, scale: float, y: float) -> Bar:
    label, value_text, points = line
    width = max(abs(points) * scale, SMALLEST_BAR)
    raises = points > 0
    return Bar(
        label=label,
        value_text=value_text,
        points=points,
        raises=raises,
        y=y + (ROW_HEIGHT - BAR_HEIGHT) / 2,
        x=zero_x if raises else zero_x - width,
        width=width,
        text_x=zero_x + width + 6 if raises else zero_x - width - 6,
        text_y=y + ROW_HEIGHT / 2 + TEXT_DROP,
        text_anchor="start" if raises else "end",
    )


def strip(low: float, mark: float, high: float, *, top: float) -> dict[str, float]:
    """A small scale from 0 to `top` of 100: where the interval begins and ends, and where the score stands."""
    on_scale = [100 * min(value / top, 1.0) for value in (low, mark, high)]
    return {"low": on_scale[0], "mark": on_scale[1], "width": max(on_scale[2] - on_scale[0], 1.0)}
