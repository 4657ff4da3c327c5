"""What a client may be allowed: our own verbs, and SMART's scopes for FHIR."""

from __future__ import annotations

import re
from collections.abc import Iterable

VERBS = {
    "encounter.read": "read stays",
    "encounter.write": "tell of stays and correct them",
    "prediction.read": "read scores, their reasons and their story",
    "prediction.write": "ask for a score",
    "followup.read": "read what was done",
    "followup.write": "tell what was done",
    "outcome.write": "tell what became of a patient",
    "worklist.read": "read the worklist",
    "model.read": "read about the model in office",
    "cds.call": "ask for cards and tell what became of them",
    "system/*.rs": "read and search every kind of FHIR resource held here",
    "system/*.c": "send FHIR resources and bundles",
}
_SMART = re.compile(r"system/(?P<kind>\*|[A-Z][A-Za-z]{2,40})\.(?P<verbs>read|write|\*|c?r?u?d?s?)")
_OLDER = {"read": "rs", "write": "cud", "*": "cruds"}


def is_scope(text: str) -> bool:
    return text in VERBS or bool((found := _SMART.fullmatch(text)) and found["verbs"])


def covers(held: Iterable[str], needed: str) -> bool:
    """Whether one of `held` allows what `needed` names: system/*.rs allows system/Patient.r, of SMART 1 and 2 alike."""
    wanted = _SMART.fullmatch(needed)
    if wanted is None:
        return needed in held
    return any(_allows(has, wanted) for scope in held if (has := _SMART.fullmatch(scope)))


def _allows(has: re.Match[str], wanted: re.Match[str]) -> bool:
    return has["kind"] in {"*", wanted["kind"]} and _verbs(wanted) <= _verbs(has)


def _verbs(scope: re.Match[str]) -> set[str]:
    return set(_OLDER.get(scope["verbs"], scope["verbs"]))
