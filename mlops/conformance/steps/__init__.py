"""The checks, a file for each door, in the order in which they are asked: later ones use what earlier ones were given."""

from __future__ import annotations

from mlops.conformance.checks import Check
from mlops.conformance.steps import cds, fhir, rest, tokens


def all_checks() -> tuple[Check, ...]:
    return (*rest.CHECKS, *cds.CHECKS, *fhir.CHECKS, *tokens.CHECKS)
