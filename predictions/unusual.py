"""What can be unusual about the record behind a score, and how a page says it. A flag is `feature:reason`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

UNSEEN, UNLISTED, MISSING = "not seen in training", "not on the list", "missing"
_WORDS = {
    UNSEEN: "the model has learned from nobody like that, and takes it as average",
    UNLISTED: "not one that this software tells apart; it was read as “another”",
    MISSING: "missing, and read as “not recorded”",
}


def flag(feature: str, reason: str) -> str:
    return f"{feature}:{reason}"


def sentences(flags: Sequence[str], *, definition: Mapping[str, Any]) -> list[str]:
    """The flags of a stored score in words, with the labels of the schema that it was made with."""
    labels = {feature["name"]: feature["label"] for feature in definition["features"]}
    parts = (flagged.split(":", 1) for flagged in flags)
    return [f"{labels.get(feature, feature)}: {_WORDS.get(reason, reason)}" for feature, reason in parts]
