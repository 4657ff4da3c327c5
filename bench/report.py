"""The figures as a table for people and as JSON for the next reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.figures import Figure

HEADINGS = ("figure", "median", "spread", "p95", "unit", "target", "held", "reference", "ratio", "what; beside what")
LEFT = (0, 4, 5, 6, 9)


def show(figures: Sequence[Figure]) -> str:
    """A plain table, one line a figure."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(_line(row, widths) for row in rows)


def show_facts(machine: dict[str, Any]) -> str:
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in machine.items() if name != "before"]
    lines += [f"before {name}: {show_conditions(before)}" for name, before in machine["before"].items()]
    return "\n".join(lines)


def show_conditions(before: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in before.items())


def write(path: Path, figures: Sequence[Figure], machine: dict[str, Any]) -> None:
    """One entry a figure, by name, and the machine beside them."""
    written: dict[str, Any] = {"machine": machine}
    written.update((figure.name, figure.as_json()) for figure in figures)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(written, indent=2) + "\n")


def _row(figure: Figure) -> tuple[str, ...]:
    low, high = min(figure.medians), max(figure.medians)
    return (
        figure.name,
        _number(figure.median),
        f"{_number(low)} to {_number(high)}" if len(figure.runs) > 1 else "one run",
        _number(figure.p95) if len(figure.runs[0]) > 1 else "",
        figure.unit,
        str(figure.target or ""),
        {True: "yes", False: "NO", None: ""}[figure.is_met],
        _number(figure.reference_median) if figure.reference_median is not None else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        f"{figure.what}; {figure.reference_what}" if figure.reference_what else figure.what,
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or value >= 1000 else f"{value:.3g}"  # noqa: PLR2004  three figures are enough


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.ljust(width) if column in LEFT else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()
