"""The features in their order, their definition as it is stored, and the hash that a model is tied to."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from predictions.features import diagnoses, drugs, past_use, person, stay
from predictions.features.declaration import Kind
from predictions.features.groups import ENCODINGS

VERSION = "2"
FEATURES = (*past_use.FEATURES, *diagnoses.FEATURES, *drugs.FEATURES, *stay.FEATURES, *person.FEATURES)
CONCEPTS = (*past_use.CONCEPTS, *diagnoses.CONCEPTS, *drugs.CONCEPTS, *stay.CONCEPTS, *person.CONCEPTS)
TERMS = (*diagnoses.TERMS, *drugs.TERMS)
VALUE_SETS = diagnoses.VALUE_SETS


def names() -> tuple[str, ...]:
    """Of the base features: what the expressions give."""
    return tuple(feature.name for feature in FEATURES)


def wide_names() -> tuple[str, ...]:
    """Of all columns that a learner reads and that are stored with a score: the encoded ones stand after the base."""
    return names() + tuple(encoding.name for encoding in ENCODINGS)


def categories() -> tuple[bool, ...]:
    """Which columns hold codes without an order."""
    return tuple(feature.kind is Kind.CATEGORY for feature in FEATURES)


@cache
def definition() -> dict[str, Any]:
    """The declaration as it is stored with a model, enough to read a stored row of numbers for ever."""
    return {
        "version": VERSION,
        "features": [*(feature.as_json() for feature in FEATURES), *(encoding.as_json() for encoding in ENCODINGS)],
        "factors": [concept.as_json() for concept in CONCEPTS],
        "value_sets": VALUE_SETS,
    }


@cache
def schema_hash() -> str:
    """SHA-256 of the declaration and of what it gives for the golden rows, groups included: changed code changes the hash."""
    from predictions.features.golden import golden_digest  # noqa: PLC0415  the golden rows are built by these features

    declared = json.dumps(definition(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{declared}\n{golden_digest()}".encode()).hexdigest()
