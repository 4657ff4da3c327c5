"""Figures over the nights as ink: a line through what is known, intervals, the reference, and gaps where nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mlops.validation.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Line, Plot, Scale, Tick, Whisker

MOST_TICKS = 6
MOST_WHISKERS = 20  # beyond, intervals are told by two lines along their ends
_ROOM = 0.08


@dataclass(frozen=True)
class Point:
    """A night's figure; `words` say why there is none."""

    night: date
    value: float | None
    low: float | None = None
    high: float | None = None
    words: str = ""


@dataclass(frozen=True)
class Series:
    """One figure over the nights, for a plot and for the table behind it."""

    key: str
    title: str
    y_label: str
    points: Sequence[Point]
    reference: float | None = None
    reference_words: str = "as in training"

    @property
    def known(self) -> list[Point]:
        return [point for point in self.points if point.value is not None]


def over_time(series: Series, *, beside: Series | None = None) -> Plot:
    """`beside` is drawn with another line over the same nights."""
    nights = [point.night for point in series.points]
    x = Scale(0, max((nights[-1] - nights[0]).days, 1), LEFT + 8, WIDTH - RIGHT - 8)
    y = _scale(series, beside)
    lines = []
    if series.reference is not None:
        lines.append(_rule(series.reference_words, y(series.reference)))
    drawn = [series, *([beside] if beside and beside.known else [])]
    lines += [_line(one, x, y, nights[0], style) for style, one in enumerate(drawn, start=1) if len(one.known) > 1]
    is_crowded = len(series.known) > MOST_WHISKERS
    if is_crowded and all(point.low is not None for point in series.known):
        lines.append(_ends(series, x, y, nights[0]))
    whiskers = [] if is_crowded else [_whisker(point, x, y, nights[0]) for point in series.known]
    return Plot(
        key=series.key, title=series.title, description=_told(series), x_label="Night", y_label=series.y_label,
        x_ticks=_days(nights, x), y_ticks=_levels(y), lines=lines, whiskers=whiskers,
    )  # fmt: skip


def _scale(series: Series, beside: Series | None) -> Scale:
    known = [*series.known, *(beside.known if beside else [])]
    numbers = [number for point in known for number in (point.value, point.low, point.high) if number is not None]
    if series.reference is not None:
        numbers.append(series.reference)
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    margin = _ROOM * (high - low) or max(abs(high) * _ROOM, 0.01)
    bottom = low - margin
    return Scale(max(bottom, 0.0) if low >= 0 else bottom, high + margin, HEIGHT - BOTTOM, TOP)


def _rule(words: str, at: float) -> Line:
    return Line(words, f"{LEFT},{at} {WIDTH - RIGHT},{at}", 0, (WIDTH - RIGHT, at))


def _line(series: Series, x: Scale, y: Scale, first: date, style: int) -> Line:
    placed = [(x((point.night - first).days), y(point.value)) for point in series.known if point.value is not None]
    return Line(series.title, " ".join(f"{across},{up}" for across, up in placed), style, placed[-1])


def _ends(series: Series, x: Scale, y: Scale, first: date) -> Line:
    """The intervals' low ends from left to right, and their high ends back."""
    low = [(x((point.night - first).days), y(point.low or 0.0)) for point in series.known]
    high = [(x((point.night - first).days), y(point.high or 0.0)) for point in series.known]
    around = [*low, *reversed(high)]
    return Line("95 % interval", " ".join(f"{across},{up}" for across, up in around), 0, around[-1])


def _whisker(point: Point, x: Scale, y: Scale, first: date) -> Whisker:
    value = point.value or 0.0
    low, high = (value if end is None else end for end in (point.low, point.high))
    return Whisker(x((point.night - first).days), y(value), y(low), y(high))


def _days(nights: Sequence[date], x: Scale) -> list[Tick]:
    step = max(1, -(-len(nights) // MOST_TICKS))
    return [Tick(x((night - nights[0]).days), f"{night.day} {night:%b}") for night in nights[::step]]


def _levels(y: Scale) -> list[Tick]:
    levels = [y.low + (y.high - y.low) * part / 4 for part in range(5)]
    digits = 0 if y.high - y.low > 20 else 2 if y.high - y.low > 0.2 else 3  # noqa: PLR2004  as many as tell them apart
    return [Tick(y(level), f"{level:,.{digits}f}") for level in levels]


def _told(series: Series) -> str:
    """In words, for those who do not see the picture."""
    known = series.known
    if not known:
        return "Nothing is known yet."
    last = known[-1]
    words = f"On {last.night.day} {last.night:%B %Y} it was {shown(last.value)}"
    if len(known) > 1:
        values = [point.value for point in known if point.value is not None]
        words += f"; over {len(known)} nights between {shown(min(values))} and {shown(max(values))}"
    if series.reference is not None:
        words += f"; {series.reference_words} {shown(series.reference)}"
    unknown = len(series.points) - len(known)
    return f"{words}." + (f" {unknown} nights are not known." if unknown else "")


def shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 20 or (value == int(value) and abs(value) > 1) else f"{value:.3f}"  # noqa: PLR2004
