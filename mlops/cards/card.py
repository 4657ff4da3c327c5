"""A model card as an object: attributes and fields with their answers, the tables behind them, and what is missing.

It is made of a validation result and of the register's row for the very file that was validated. Nothing else is asked,
so that the same two give the same card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mlops.cards import chai
from mlops.cards.answers import ANSWERS
from mlops.cards.figures import Found, figures_of, flat, interval, named, share_with_interval
from mlops.cards.names import NAMES
from mlops.cards.wording import SOURCE_ATTRIBUTES
from mlops.errors import NotInValidationError

UNKNOWN = "not known"


@dataclass(frozen=True)
class Release:
    """What the register says of the validated file. All of it is missing from the card of a file that is not registered."""

    model_name: str
    version: str
    stage: str
    trained_on: str
    promoted: str

    def as_names(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True)
class AttributeAnswer:
    """One of the thirty-one, answered. `complete`: every figure that the answer names was found."""

    number: int
    section: str
    wording: str
    text: str
    evidence: tuple[str, ...]
    available: bool
    complete: bool


@dataclass(frozen=True)
class FieldAnswer:
    """One element of the coalition's card. `results` are its metric results, label and value."""

    section: str
    name: str
    text: str
    results: tuple[tuple[str, str], ...]
    complete: bool


@dataclass(frozen=True)
class Row:
    """A line of one of the card's tables: what it is of, and its figures under the table's heads."""

    head: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class ModelCard:
    """See the module. `missing` names what could not be answered; a card with any is not complete."""

    engine: str
    names: Mapping[str, str]
    attributes: tuple[AttributeAnswer, ...]
    fields: tuple[FieldAnswer, ...]
    others: tuple[Row, ...]
    groups: tuple[Row, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        attributes = (f"Source attribute {answer.number}" for answer in self.attributes if not answer.complete)
        fields = (f"{answer.section}/{answer.name}" for answer in self.fields if not answer.complete)
        return (*attributes, *fields)

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def share_answered(self) -> float:
        """Of the attributes and fields; one where nothing is missing."""
        return 1 - len(self.missing) / (len(self.attributes) + len(self.fields))

    def as_json(self) -> dict[str, Any]:
        return {
            "engine": self.engine,
            "artefact_sha256": self.names.get("artefact_sha256"),
            "model_version": self.names.get("version"),
            "complete": self.is_complete,
            "missing": list(self.missing),
            "names": dict(self.names),
            "attributes": [asdict(answer) for answer in self.attributes],
            "fields": [asdict(answer) for answer in self.fields],
            "comparators": [asdict(row) for row in self.others],
            "subgroups": [asdict(row) for row in self.groups],
        }


def card_of(found: Found, *, engine: str, release: Release | None) -> ModelCard:
    """The card of one engine of a validation."""
    if engine not in found.get("engines", {}):
        msg = f"The validation holds no engine called {engine!r}; it holds {', '.join(found.get('engines', {})) or 'none'}."
        raise NotInValidationError(msg)
    names = NAMES | (release.as_names() if release else {}) | figures_of(found, engine)
    attributes = tuple(_attribute(number, names) for number in range(1, len(SOURCE_ATTRIBUTES) + 1))
    return ModelCard(
        engine=engine,
        names=names,
        attributes=attributes,
        fields=tuple(_field(field, names, attributes) for field in chai.FIELDS),
        others=_others(found, engine),
        groups=_groups(found, engine),
    )


def card_from(told: Mapping[str, Any]) -> ModelCard:
    """The card again, from what `as_json` gave."""
    return ModelCard(
        engine=told["engine"],
        names=told["names"],
        attributes=tuple(AttributeAnswer(**{**one, "evidence": tuple(one["evidence"])}) for one in told["attributes"]),
        fields=tuple(FieldAnswer(**{**one, "results": tuple(map(tuple, one["results"]))}) for one in told["fields"]),
        others=tuple(Row(one["head"], tuple(one["figures"])) for one in told["comparators"]),
        groups=tuple(Row(one["head"], tuple(one["figures"])) for one in told["subgroups"]),
    )


def _attribute(number: int, names: Mapping[str, str]) -> AttributeAnswer:
    asked, answer = SOURCE_ATTRIBUTES[number - 1], ANSWERS[number]
    text, complete = filled(answer.template, names)
    return AttributeAnswer(number, asked.section, asked.wording, text, answer.evidence, answer.available, complete)


def _field(field: chai.Field, names: Mapping[str, str], attributes: tuple[AttributeAnswer, ...]) -> FieldAnswer:
    if field.attribute is not None:
        repeated = attributes[field.attribute - 1]
        return FieldAnswer(field.section, field.name, repeated.text, (), repeated.complete)
    text, complete = filled(field.template, names)
    results = tuple((label, names.get(name, UNKNOWN)) for label, name in field.results)
    return FieldAnswer(field.section, field.name, text, results, complete and all(name in names for _, name in field.results))


def filled(template: str, names: Mapping[str, str]) -> tuple[str, bool]:
    """The template with its names looked up, and whether all of them were found."""
    lookup = _Lookup(names)
    return template.format_map(lookup), not lookup.unknown


class _Lookup(dict[str, str]):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self.unknown: set[str] = set()

    def __missing__(self, name: str) -> str:
        self.unknown.add(name)
        return UNKNOWN


OTHERS_HEADS = ("AUC", "AUPRC", "Difference in AUC")
GROUPS_HEADS = ("Encounters", "Readmitted", "AUC", "Observed by expected", "Recall", "Precision", "Flagged")


def _others(found: Found, engine: str) -> tuple[Row, ...]:
    """The engine, and every model that it was compared with on the same rows."""
    beside = {one["against"]: one for one in found.get("differences") or () if one["engine"] == engine}
    models = {engine: found["engines"][engine]} | {
        name: one for kind in ("comparators", "engines") for name, one in (found.get(kind) or {}).items() if name in beside
    }
    return tuple(
        Row(
            one["label"],
            (interval(flat(one, "auc")), interval(flat(one, "auprc")), interval(beside[name]["auc"]) if name in beside else ""),
        )
        for name, one in models.items()
    )


def _groups(found: Found, engine: str) -> tuple[Row, ...]:
    return tuple(_group(group) for group in found["engines"][engine].get("subgroups") or ())


def _group(group: Found) -> Row:
    counts = [f"{group[name]:,}" if group[name] is not None else "too few" for name in ("rows", "readmitted")]
    figures = [interval(group.get(name)) for name in ("auc", "observed_by_expected")]
    shares = [share_with_interval(group.get(name)) for name in ("recall", "precision", "flagged")]
    return Row(named(group), tuple(figure or "not shown" for figure in (*counts, *figures, *shares)))
