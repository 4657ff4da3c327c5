"""How the clinicians' pages say and draw what the rooms computed. No rule lives here, only markup."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from predictions import charts
from predictions.worklist_choice import Choice
from predictions.worklist_rows import Row

register = template.Library()
STRIP_TOP = 0.8
MINUS = "\N{MINUS SIGN}"


@register.inclusion_tag("components/sort_link.html", takes_context=True)
def sort_link(context: Context, name: str, label: str) -> dict[str, Any]:
    """A column header that sorts."""
    choice: Choice = context["choice"]
    on = choice.sort.removeprefix("-") == name
    way = choice.column.downwards if choice.descending else choice.column.upwards
    return {"query": context["sorts"][name], "label": label, "on": on, "down": choice.descending, "way": way}


@register.simple_tag(takes_context=True)
def aria_sort(context: Context, *names: str) -> SafeString | str:
    """The state of the sorted column, for assistive technology."""
    choice: Choice = context["choice"]
    if choice.sort.removeprefix("-") not in names:
        return ""
    return format_html(' aria-sort="{}"', "descending" if choice.descending else "ascending")


@register.simple_tag
def range_strip(row: Row) -> SafeString:
    """The interval on a scale from 0 to 80 of 100; the words stand beside it."""
    if row.risk is None or row.interval is None:
        return SafeString("")
    at = charts.strip(row.interval.low.probability, row.risk.probability, row.interval.high.probability, top=STRIP_TOP)
    return format_html(
        '<svg class="range-strip" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="range-strip__scale" x="0" y="4" width="100" height="2"/>'
        '<rect class="range-strip__range" x="{}" y="2.5" width="{}" height="5" rx="1.5"/>'
        '<rect class="range-strip__mark" x="{}" y="0" width="2" height="10" rx="1"/></svg>',
        unlocal(at["low"]),
        unlocal(at["width"]),
        unlocal(at["mark"] - 1),
    )


@register.filter
def points(value: float) -> str:
    """Patients of 100 with their sign and one decimal, where a sum has to be checked."""
    return f"{value:+.1f}".replace("-", MINUS)


@register.filter
def about_points(value: float) -> str:
    """Patients of 100 in words: no decimals that the model cannot mean."""
    size = abs(value)
    amount = "less than 1" if size < 0.5 else f"about {int(size + 0.5)}"  # noqa: PLR2004  half a patient
    return f"{'adds' if value > 0 else 'takes away'} {amount} of 100"


@register.filter
def lower_first(words: object) -> str:
    """The words inside a sentence."""
    text = str(words)
    return text[:1].lower() + text[1:]


@register.filter
def unlocal(value: float) -> str:
    """A coordinate: a point and one decimal in every language."""
    return f"{value:.1f}"
