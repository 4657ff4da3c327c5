"""Why a score is what it is, in words: read back from the stored prediction and the schema it was made with.

Needs no model and no numeric library, so that web processes can explain a score for as long as its row exists.
The parts are additive on the probability scale: base + sum of factors = probability.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from predictions.factor_group import FactorGroup

if TYPE_CHECKING:
    from predictions.models import Prediction

HUNDRED = 100


@dataclass(frozen=True)
class Factor:
    """One clinical reason: how many of 100 patients like this it adds to, or takes from, those who come back."""

    key: str
    label: str
    value_text: str
    points: float
    group: FactorGroup

    @property
    def raises_risk(self) -> bool:
        return self.points > 0


def factors_of(prediction: Prediction) -> list[Factor]:
    """The reasons for a stored score, strongest first. Read with `select_related("feature_schema")`."""
    return factors_from(
        definition=prediction.feature_schema.definition, values=prediction.feature_values, parts=prediction.factors
    )


def factors_from(*, definition: Mapping[str, Any], values: Sequence[float | None], parts: Sequence[float]) -> list[Factor]:
    """One factor for each clinical concept of the schema: the parts of its features are summed, so nothing is lost."""
    points_of = _points_of(definition, parts)
    factors = _factors(definition["factors"], definition=definition, values=values, points_of=points_of)
    return sorted(factors, key=lambda factor: -abs(factor.points))


def strongest_raising(
    *, definition: Mapping[str, Any], values: Sequence[float | None], parts: Sequence[float], count: int
) -> list[Factor]:
    """The `count` factors that raise the score most: what a list has room for, without wording all the others."""
    points_of = _points_of(definition, parts)
    raising = (concept for concept in definition["factors"] if points_of.get(concept["key"], 0.0) > 0)
    strongest = nlargest(count, raising, key=lambda concept: points_of[concept["key"]])
    return _factors(strongest, definition=definition, values=values, points_of=points_of)


def _points_of(definition: Mapping[str, Any], parts: Sequence[float]) -> dict[str, float]:
    points_of: dict[str, float] = {}
    for feature, part in zip(definition["features"], parts, strict=True):
        points_of[feature["factor"]] = points_of.get(feature["factor"], 0.0) + HUNDRED * part
    return points_of


def _factors(
    concepts: Sequence[Mapping[str, Any]],
    *,
    definition: Mapping[str, Any],
    values: Sequence[float | None],
    points_of: Mapping[str, float],
) -> list[Factor]:
    told = {name for concept in concepts for name in concept["told_by"]}
    words_of = {
        feature["name"]: _say(feature, value, definition["value_sets"])
        for feature, value in zip(definition["features"], values, strict=True)
        if feature["name"] in told
    }
    return [
        Factor(
            key=concept["key"],
            label=concept["label"],
            value_text=_words(concept, words_of),
            points=points_of.get(concept["key"], 0.0),
            group=FactorGroup(concept["group"]),
        )
        for concept in concepts
    ]


def _words(concept: Mapping[str, Any], words_of: Mapping[str, str]) -> str:
    """What the record says of this concept; where several features can tell it, all of them or the first that does."""
    said = [words_of[name] for name in concept["told_by"] if words_of[name]]
    if not said:
        return str(concept["otherwise"])
    return ", ".join(said) if concept["tells"] == "all" else said[0]


def _say(feature: Mapping[str, Any], value: float | None, value_sets: Mapping[str, Any]) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN: what a matrix holds where the row holds null
        return str(feature["missing_words"])
    if feature["value_set"]:
        return _of_set(value_sets[feature["value_set"]], int(value))
    if feature["values"] is not None:
        return str(feature["values"].get(str(int(value)), ""))
    number = f"{value:.0f}" if value == int(value) else f"{value:.1f}"
    words = feature["one"] if value == 1 else feature["many"]
    return str(words).replace("#", number if value else "no")


def _of_set(value_set: Mapping[str, Any], code: int) -> str:
    """The name of a code, or of the range of codes that it stands in."""
    name = value_set["exact"].get(str(code))
    return str(name or value_set["from"][bisect_right(value_set["from"], code, key=lambda row: row[0]) - 1][1])
