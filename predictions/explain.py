"""Why a score is what it is, in words: read back from the stored prediction and the schema it was made with.

Needs no model and no numeric library, so that web processes can explain a score for as long as its row exists.
The parts are additive on the probability scale: base + sum of factors = probability.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import TYPE_CHECKING, Any, TypeAlias

from predictions.factor_group import FactorGroup

if TYPE_CHECKING:
    from predictions.models import Prediction

Values: TypeAlias = Sequence[float | None]

HUNDRED = 100
MAIN_REASONS = 2
_LONG_WORD = 5


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
    explainer = Explainer(prediction.feature_schema.definition)
    return explainer.factors(prediction.feature_values, prediction.factors)


class Explainer:
    """A feature schema, prepared once for putting many scores into words.

    Values and parts stand in the order of the schema's features. The parts of the features of one concept are summed,
    so nothing is lost.
    """

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._features: Sequence[Mapping[str, Any]] = definition["features"]
        self._value_sets: Mapping[str, Any] = definition["value_sets"]
        self.concepts: dict[str, Mapping[str, Any]] = {concept["key"]: concept for concept in definition["factors"]}
        self._concept_of = [str(feature["factor"]) for feature in self._features]
        place_of = {feature["name"]: place for place, feature in enumerate(self._features)}
        self._told_by = {key: [place_of[name] for name in concept["told_by"]] for key, concept in self.concepts.items()}

    @property
    def concept_of_features(self) -> list[str]:
        """The key of the concept that each feature's part belongs to."""
        return list(self._concept_of)

    def factors(self, values: Values, parts: Sequence[float]) -> list[Factor]:
        """One factor for each concept, strongest first, whichever way it points."""
        points_of = self._points_of(parts)
        factors = [self._factor(key, values, points_of.get(key, 0.0)) for key in self.concepts]
        return sorted(factors, key=lambda factor: -abs(factor.points))

    def main_reasons(self, values: Values, parts: Sequence[float]) -> list[str]:
        """The concepts that raise the score most, each in one line: what a list has room for."""
        points_of = self._points_of(parts)
        raising = (key for key in self.concepts if points_of.get(key, 0.0) > 0)
        return [self.in_one_line(key, values) for key in nlargest(MAIN_REASONS, raising, key=points_of.__getitem__)]

    def in_one_line(self, key: str, values: Values) -> str:
        """A concept and what the record says of it, without saying the same word twice."""
        label, words = str(self.concepts[key]["label"]), self.words(key, values)
        said_twice = {word for word in label.lower().split() if len(word) >= _LONG_WORD} & set(words.lower().split())
        return words if words[:1].isdigit() and said_twice else f"{label}: {words}"

    def words(self, key: str, values: Values) -> str:
        """What the record says of a concept; where several features can tell it, all of them or the first that does."""
        concept = self.concepts[key]
        said = [words for place in self._told_by[key] if (words := self._say(place, values[place]))]
        if not said:
            return str(concept["otherwise"])
        return ", ".join(said) if concept["tells"] == "all" else said[0]

    def _say(self, place: int, value: float | None) -> str:
        return _say(self._features[place], value, self._value_sets)

    def _factor(self, key: str, values: Values, points: float) -> Factor:
        concept = self.concepts[key]
        return Factor(key, str(concept["label"]), self.words(key, values), points, FactorGroup(concept["group"]))

    def _points_of(self, parts: Sequence[float]) -> dict[str, float]:
        points_of: dict[str, float] = {}
        for concept, part in zip(self._concept_of, parts, strict=True):
            points_of[concept] = points_of.get(concept, 0.0) + HUNDRED * part
        return points_of


def _say(feature: Mapping[str, Any], value: float | None, value_sets: Mapping[str, Any]) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN: what a matrix holds where the row holds null
        return str(feature["missing_words"])
    if feature["value_set"]:
        return _of_set(value_sets[feature["value_set"]], value)
    if feature["values"] is not None:
        return str(feature["values"].get(str(int(value)), ""))
    number = f"{value:.0f}" if value == int(value) else f"{value:.1f}"
    words = feature["one"] if value == 1 else feature["many"]
    return str(words).replace("#", number if value else "no")


def _of_set(value_set: Mapping[str, Any], code: float) -> str:
    """The name of a code, by its first decimal, without decimals, or of the range of codes that it stands in."""
    tenths = round(code * HUNDRED) // 10
    exact = value_set["exact"]
    name = exact.get(f"{tenths // 10}.{tenths % 10}") or exact.get(str(int(code)))
    return str(name or value_set["from"][bisect_right(value_set["from"], code, key=lambda row: row[0]) - 1][1])
