"""The plots of an appraisal as files: SVG with its own style and legend, which any viewer shows by itself."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from django.template.loader import render_to_string

from mlops.validation.plots import Plot

# told apart by dashes and numbers first, as on the pages
_STYLE = (
    "text{font:11px sans-serif;fill:#1b1b1b}.label{font-size:12px}.grid line{stroke:#e3e3e3}.axis{stroke:#1b1b1b}"
    ".bars rect{fill:#b9cbe0}.bars .below{fill:#dcdcdc}.rule,.style-0{stroke-dasharray:2 4}.rule{stroke:#1b1b1b}"
    ".line{fill:none;stroke:#1d4f91;stroke-width:2}.line.style-0{stroke:#555}.line.style-2{stroke:#9a3412;stroke-dasharray:8 4}"
    ".line.style-7{stroke:#555;stroke-dasharray:1 3}.whiskers line{stroke:#1d4f91}.badge{fill:#fff;stroke:#1b1b1b}"
)
_LINE_HEIGHT = 16


def pictures_of(appraisal: Mapping[str, Any]) -> dict[str, bytes]:
    """By their path in the run; an appraisal without curves has none."""
    from mlops.pages.pictures import plots_of  # noqa: PLC0415  what draws is not needed to deliver an alias

    return {f"plots/{plot.key}.svg": _alone(plot).encode() for plot in plots_of(appraisal)}


def _alone(plot: Plot) -> str:
    """The picture of the pages, without the page: what stood in its caption is written below it."""
    page = render_to_string("mlops/_plot.html", {"plot": plot})
    begin, end = page.index(">", page.index("<svg")) + 1, page.index("</svg>")
    told = [f"{place}: {line.label}" for place, line in enumerate(plot.measured_lines, start=1)]
    told += [f"dotted: {line.label}" for line in plot.lines if not line.style]
    height = plot.height + _LINE_HEIGHT * (len(told) + 1)
    legend = "".join(
        f'<text x="{plot.left}" y="{plot.height + _LINE_HEIGHT * place}">{escape(words)}</text>'
        for place, words in enumerate([plot.title, *told])
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {plot.width} {height}" width="{plot.width}"'
        f' height="{height}"><style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
        f"{page[begin:end]}{legend}</svg>"
    )
