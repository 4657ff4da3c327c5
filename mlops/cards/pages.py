"""A card as a page that stands alone, and as the XML of the Coalition for Health AI."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from django.template.loader import render_to_string

from mlops.cards.card import GROUPS_HEADS, OTHERS_HEADS, FieldAnswer, ModelCard, Row
from mlops.cards.names import NAMES


def html_of(card: ModelCard) -> str:
    tables = {"others": _table(OTHERS_HEADS, card.others), "groups": _table(GROUPS_HEADS, card.groups)}
    return render_to_string("mlops/model_card.html", {"card": card, **tables})


def _table(heads: tuple[str, ...], rows: tuple[Row, ...]) -> dict[str, Any]:
    """Each figure as its value and its interval, so that a narrow cell breaks between the two and nowhere else."""
    return {"heads": heads, "rows": [(row.head, [figure.partition(" (")[::2] for figure in row.figures]) for row in rows]}


def xml_of(card: ModelCard) -> str:
    """In the schema's order, which is that of the card's fields."""
    root = ElementTree.Element("AppliedModelCard", xmlns=NAMES["chai_schema"])
    for field in card.fields:
        _add(_section(root, field.section) if field.section != field.name else root, field)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _section(root: ElementTree.Element, path: str) -> ElementTree.Element:
    element = root
    for name in path.split("/"):
        found = element.find(name)
        element = ElementTree.SubElement(element, name) if found is None else found
    return element


def _add(parent: ElementTree.Element, field: FieldAnswer) -> None:
    element = ElementTree.SubElement(parent, field.name)
    if field.name == "Keywords":
        for keyword in field.text.split("; "):
            ElementTree.SubElement(element, "Keyword").text = keyword
        return
    for label, value in field.results:
        result = ElementTree.SubElement(element, "MetricResult")
        ElementTree.SubElement(result, "Label").text = label
        ElementTree.SubElement(result, "ValueJson").text = value
    if not field.results:
        element.text = field.text
