"""Where the ink of a plot goes: from figures to coordinates, so that templates only write them down.

Every line differs from the others by its dashes and its number on the plot too, never by its colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from mlops.validation.words import number

WIDTH, HEIGHT = 460, 360
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 14, 48
STYLES = 7  # how many styles of line the style sheet of the report knows


@dataclass(frozen=True)
class Scale:
    """From values to places along one side."""

    low: float
    high: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 1)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis with its words."""

    at: float
    words: str


@dataclass(frozen=True)
class Line:
    """`style` counts from 1; 0 is a rule that nothing was measured for."""

    label: str
    points: str
    style: int
    end: tuple[float, float]


@dataclass(frozen=True)
class Whisker:
    """A figure with its interval, along or across."""

    x: float
    y: float
    low: float
    high: float
    words: str = ""


@dataclass(frozen=True)
class Bar:
    """A rectangle; `below` is drawn with the other pattern."""

    x: float
    y: float
    width: float
    height: float
    below: bool = False


@dataclass(frozen=True)
class Plot:
    """One figure: its words for those who see it (`caption`) and for those who do not (`description`), and its ink."""

    key: str
    title: str
    description: str
    x_label: str
    y_label: str
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    lines: Sequence[Line] = ()
    whiskers: Sequence[Whisker] = ()
    bars: Sequence[Bar] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM
    across: bool = False
    rule_at: float | None = None
    middle: float = 0.0
    caption: str = ""

    @property
    def shown_caption(self) -> str:
        return self.caption or self.description

    @property
    def x_middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y_middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def measured_lines(self) -> list[Line]:
        return [line for line in self.lines if line.style]


def roc(models: Mapping[str, Mapping[str, Any]]) -> Plot:
    x, y = Scale(0, 1, LEFT, WIDTH - RIGHT), Scale(0, 1, HEIGHT - BOTTOM, TOP)
    lines = [_line("chance", [(0, 0), (1, 1)], x, y, style=0)]
    lines += [
        _line(model["label"], model["curves"]["roc"], x, y, style=style, mark_at=0.12 + 0.11 * style)
        for style, model in enumerate(models.values(), start=1)
    ]
    told = "; ".join(f"{model['label']} {model['auc']:.3f}" for model in models.values())
    return Plot(
        key="roc", title="Receiver operating characteristic", description=f"Recall against false alarms. Areas: {told}.",
        x_label="False alarms: share flagged of those who did not come back", y_label="Recall", x_ticks=_tenths(x),
        y_ticks=_tenths(y), lines=lines,
    )  # fmt: skip


def precision_recall(models: Mapping[str, Mapping[str, Any]], rate: float) -> Plot:
    high = _round_up(max(point[1] for model in models.values() for point in model["curves"]["precision_recall"]))
    x, y = Scale(0, 1, LEFT, WIDTH - RIGHT), Scale(0, high, HEIGHT - BOTTOM, TOP)
    lines = [_line("flagging at random", [(0, rate), (1, rate)], x, y, style=0)]
    lines += [
        _line(model["label"], model["curves"]["precision_recall"], x, y, style=style, mark_at=0.1 + 0.1 * style)
        for style, model in enumerate(models.values(), start=1)
    ]
    told = "; ".join(f"{model['label']} {model['auprc']:.3f}" for model in models.values())
    return Plot(
        key="precision-recall", title="Precision and recall",
        description=f"Precision falls towards {rate:.3f}, the share of all. Areas: {told}.",
        x_label="Recall", y_label="Precision", x_ticks=_tenths(x), y_ticks=_steps(y, high), lines=lines,
    )  # fmt: skip


def calibration(model: Mapping[str, Any]) -> Plot:
    """Observed against expected in tenths, with the histogram of scores at its foot."""
    bins, histogram = model["calibration"], model["histogram"]
    high = _round_up(max(max(part["observed"]["high"], part["mean_score"]) for part in bins))
    x, y = Scale(0, high, LEFT, WIDTH - RIGHT), Scale(0, high, HEIGHT - BOTTOM, TOP)
    line = _line("observed", [(part["mean_score"], part["observed"]["value"]) for part in bins], x, y, style=1)
    whiskers = [
        Whisker(x(part["mean_score"]), y(part["observed"]["value"]), y(part["observed"]["low"]), y(part["observed"]["high"]))
        for part in bins
    ]
    counts = [back + other for back, other in zip(histogram["readmitted"], histogram["others"], strict=True)]
    tallest = Scale(0, max(counts), 0, 70)
    bars = [
        Bar(x(begin), round(y(0) - tallest(number), 1), round(x(end) - x(begin), 1), tallest(number))
        for begin, end, number in zip(histogram["edges"], histogram["edges"][1:], counts, strict=False)
        if end <= high
    ]
    description = (
        f"Ten groups from lowest to highest score. Slope {number(model['slope'], 2)}, in the large {number(model['citl'])},"
        f" mean distance {model['ece']:.4f}. On the dotted diagonal what was expected is what happened; bars at the foot show"
        " how many encounters had each score."
    )
    ideal = _line("what was expected happens", [(0, 0), (high, high)], x, y, style=0)
    return Plot(
        key=_as_key(f"calibration {model['label']}"), title=f"Calibration: {model['label']}", description=description,
        x_label="Score", y_label="Came back", x_ticks=_steps(x, high), y_ticks=_steps(y, high), lines=[ideal, line],
        whiskers=whiskers, bars=bars,
    )  # fmt: skip


def distribution(model: Mapping[str, Any]) -> Plot:
    """Scores of those who came back upwards, of the others downwards; each side is 100 %."""
    histogram = model["histogram"]
    edges = histogram["edges"]
    sides = [[number / max(1, sum(histogram[side])) for number in histogram[side]] for side in ("readmitted", "others")]
    tallest = max(max(side) for side in sides)
    x = Scale(0, edges[-1], LEFT, WIDTH - RIGHT)
    middle = (TOP + HEIGHT - BOTTOM) / 2
    length = Scale(0, tallest, 0, middle - TOP - 4)
    bars = []
    for begin, end, up, down in zip(edges, edges[1:], *sides, strict=False):
        width = round(x(end) - x(begin), 1)
        bars.append(Bar(x(begin), round(middle - length(up), 1), width, length(up)))
        bars.append(Bar(x(begin), middle, width, length(down), below=True))
    ticks = [
        Tick(round(middle - length(tallest), 1), f"{100 * tallest:.0f} %"), Tick(middle, "0"),
        Tick(round(middle + length(tallest), 1), f"{100 * tallest:.0f} %"),
    ]  # fmt: skip
    description = "Above the line those who came back, below it those who did not; each side adds up to 100 %."
    return Plot(
        key=_as_key(f"distribution {model['label']}"), title=f"Scores: {model['label']}", description=description,
        x_label="Score", y_label="Share of each side", x_ticks=_steps(x, edges[-1]), y_ticks=ticks, bars=bars, middle=middle,
    )  # fmt: skip


def decision(models: Mapping[str, Mapping[str, Any]], patients: int) -> Plot:
    first = next(iter(models.values()))["net_benefit"]
    top = max(point["model"]["value"] for model in models.values() for point in model["net_benefit"]) * patients
    high, low = ceil(top + 0.2), -1.0
    x, y = Scale(0, 0.3, LEFT, WIDTH - RIGHT), Scale(low, high, HEIGHT - BOTTOM, TOP)
    everybody = [(point["risk"], patients * point["everybody"]) for point in first]
    lines = [
        _line("nobody", [(0, 0), (0.3, 0)], x, y, style=0),
    ]
    lines += [
        _line(
            model["label"],
            _above([(point["risk"], patients * point["model"]["value"]) for point in model["net_benefit"]], low),
            x, y, style=style, mark_at=0.2 + 0.16 * style,
        )
        for style, model in enumerate(models.values(), start=1)
    ]  # fmt: skip
    lines.append(_line("acting on everybody", _above(everybody, low), x, y, style=STYLES, mark_at=0.8))
    description = "A model is worth using where its line lies above both acting on everybody and acting on nobody."
    step = 2 if high > 8 else 1  # noqa: PLR2004  room for some eight marks
    return Plot(
        key="decision", title=f"Decision curve, for {patients} patients", description=description,
        x_label="Risk from which one would act", y_label="Net benefit",
        x_ticks=[Tick(x(risk / 100), f"{risk} %") for risk in range(0, 31, 5)],
        y_ticks=[Tick(y(value), f"{value:g}") for value in range(0, high + 1, step)], lines=lines,
    )  # fmt: skip


def forest(key: str, title: str, x_label: str, rows: Iterable[tuple[str, Mapping[str, Any]]], *, rule: float) -> Plot:
    """One figure with its interval for each row; `rule` is drawn through all."""
    shown = list(rows)
    low = min(rule, *(metric["low"] for _words, metric in shown))
    high = max(rule, *(metric["high"] for _words, metric in shown))
    margin = 0.05 * (high - low)
    left = 24 + 6.4 * max(len(words) for words, _metric in shown)
    width, step = left + 390, 22
    bottom = TOP + step * len(shown) + 8
    x = Scale(low - margin, high + margin, left, width - RIGHT)
    whiskers = [
        Whisker(x(metric["value"]), TOP + step * place + step / 2, x(metric["low"]), x(metric["high"]), words)
        for place, (words, metric) in enumerate(shown)
    ]
    told = "; ".join(f"{words} {metric['value']:.3f}" for words, metric in shown)
    return Plot(
        key=key, title=title, x_label=x_label, y_label="", description=f"{told}. The line through all stands at {rule:.3f}.",
        caption=f"With 95 % intervals; the dotted line stands at {rule:.3f}. The table has the figures.",
        x_ticks=_few(x), y_ticks=(), whiskers=whiskers, width=width, height=bottom + BOTTOM, left=left, right=width - RIGHT,
        bottom=bottom, across=True, rule_at=x(rule),
    )  # fmt: skip


def _line(label: str, points: Sequence[Sequence[float]], x: Scale, y: Scale, *, style: int, mark_at: float = 0.5) -> Line:
    placed = [(x(across), y(up)) for across, up in points]
    marked = placed[min(len(placed) - 1, round(mark_at * len(placed)))]
    return Line(label, " ".join(f"{across},{up}" for across, up in placed), style, marked)


def _above(points: Sequence[tuple[float, float]], low: float) -> list[tuple[float, float]]:
    """The part of a falling line that is on the plot."""
    return [point for point in points if point[1] >= low]


def _tenths(scale: Scale) -> list[Tick]:
    return [Tick(scale(place / 5), f"{place / 5:.1f}") for place in range(6)]


def _steps(scale: Scale, high: float) -> list[Tick]:
    step = 0.05 if high <= 0.3 else 0.1 if high <= 0.6 else 0.2  # noqa: PLR2004  four to six marks
    return [Tick(scale(place * step), f"{place * step:.2f}") for place in range(int(high / step + 1e-9) + 1)]


def _few(scale: Scale) -> list[Tick]:
    span = scale.high - scale.low
    step = next(step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if span / step <= 9)  # noqa: PLR2004  room for nine
    first = int(scale.low / step) - 1
    values = [step * place for place in range(first, first + 14)]
    return [Tick(scale(value), f"{value:.3f}".rstrip("0").rstrip(".")) for value in values if scale.low <= value <= scale.high]


def _round_up(value: float) -> float:
    return min(1.0, (int(value * 10 - 1e-9) + 1) / 10)


def _as_key(words: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in words.lower())
