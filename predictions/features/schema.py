"""The features in their order, their definition as it is stored, and the hash that a model is tied to.

Three kinds of column stand one after another. What is read from the record is the matrix that is handed about, kept in the
feature store and hashed for each score. What is derived from it by arithmetic follows, and last what is learned of its
groups; both are made where a model is asked (derivation.py, encodings.py).
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from predictions.features import diagnoses, drugs, past_use, person, stay
from predictions.features.declaration import Kind
from predictions.features.groups import ENCODINGS

VERSION = "3"
_ROOMS = (past_use, diagnoses, drugs, stay)
FEATURES = (*past_use.FEATURES, *diagnoses.FEATURES, *drugs.FEATURES, *stay.FEATURES, *person.FEATURES)
DERIVATIONS = tuple(derivation for room in _ROOMS for derivation in room.DERIVATIONS)
DERIVED = tuple(column for derivation in DERIVATIONS for column in derivation.columns)
CONCEPTS = (*past_use.CONCEPTS, *diagnoses.CONCEPTS, *drugs.CONCEPTS, *stay.CONCEPTS, *person.CONCEPTS)
TERMS = drugs.TERMS
VALUE_SETS = diagnoses.VALUE_SETS


def names() -> tuple[str, ...]:
    """Of what is read from the record: what the expressions give."""
    return tuple(feature.name for feature in FEATURES)


def plain_names() -> tuple[str, ...]:
    """Of what is read, and of what is derived from it without learning anything."""
    return names() + tuple(column.name for column in DERIVED)


def wide_names() -> tuple[str, ...]:
    """Of all columns that a learner reads and that are stored with a score: the learned rates stand last."""
    return plain_names() + tuple(encoding.name for encoding in ENCODINGS)


def categories() -> tuple[bool, ...]:
    """Which of the columns of plain_names hold codes without an order."""
    return tuple(column.kind is Kind.CATEGORY for column in (*FEATURES, *DERIVED))


@cache
def definition() -> dict[str, Any]:
    """The declaration as it is stored with a model, enough to read a stored row of numbers for ever."""
    return {
        "version": VERSION,
        "features": [column.as_json() for column in (*FEATURES, *DERIVED, *ENCODINGS)],
        "factors": [concept.as_json() for concept in CONCEPTS],
        "value_sets": VALUE_SETS,
    }


@cache
def schema_hash() -> str:
    """SHA-256 of the declaration and of what it gives for the golden rows, groups included: changed code changes the hash."""
    from predictions.features.golden import golden_digest  # noqa: PLC0415  the golden rows are built by these features

    declared = json.dumps(definition(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{declared}\n{golden_digest()}".encode()).hexdigest()
