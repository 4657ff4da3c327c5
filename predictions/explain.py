"""Why a score is what it is, in words: read back from the stored prediction and the schema it was made with.

Needs no model and no numeric library, so that web processes can explain a score for as long as its row exists.
The parts are additive on the probability scale: base + sum of factors = probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from predictions.models import Prediction

HUNDRED = 100


class FactorGroup(StrEnum):
    """What can be done about a factor."""

    MODIFIABLE = "modifiable"
    FIXED = "fixed"
    PAST_USE = "past_use"

    @property
    def label(self) -> str:
        return {"modifiable": "Can be acted on", "fixed": "Cannot be changed", "past_use": "Past use of care"}[self.value]


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


def factors_from(
    *, definition: Mapping[str, Any], values: Sequence[float | None], parts: Sequence[float]
) -> list[Factor]:
    """One factor for each clinical concept of the schema: the parts of its features are summed, so nothing is lost."""
    position = {feature["name"]: index for index, feature in enumerate(definition["features"])}
    feature_named = {feature["name"]: feature for feature in definition["features"]}
    parts_of: dict[str, float] = {}
    for feature, part in zip(definition["features"], parts, strict=True):
        parts_of[feature["factor"]] = parts_of.get(feature["factor"], 0.0) + part
    factors = [
        Factor(
            key=concept["key"],
            label=concept["label"],
            value_text=_words(
                concept, [(feature_named[name], values[position[name]]) for name in concept["told_by"]]
            ),
            points=HUNDRED * parts_of.get(concept["key"], 0.0),
            group=FactorGroup(concept["group"]),
        )
        for concept in definition["factors"]
    ]
    return sorted(factors, key=lambda factor: -abs(factor.points))


def _words(concept: Mapping[str, Any], told: Sequence[tuple[Mapping[str, Any], float | None]]) -> str:
    """What the record says of this concept; where several features could tell it, all of them or the first that can."""
    said = [words for feature, value in told if (words := _say(feature, value))]
    if not said:
        return str(concept["otherwise"])
    return ", ".join(said) if concept["tells"] == "all" else said[0]


def _say(feature: Mapping[str, Any], value: float | None) -> str:
    if value is None:
        return str(feature["missing_words"])
    if feature["values"] is not None:
        return str(feature["values"].get(str(int(value)), ""))
    number = f"{value:.0f}" if value == int(value) else f"{value:.1f}"
    words = feature["one"] if value == 1 else feature["many"]
    return str(words).replace("#", number if value else "no")
