"""What can be done about a reason for a risk: the three groups that a page keeps apart."""

from __future__ import annotations

from enum import StrEnum


class FactorGroup(StrEnum):
    """What can be done about a factor."""

    MODIFIABLE = "modifiable"
    FIXED = "fixed"
    PAST_USE = "past_use"

    @property
    def label(self) -> str:
        return {"modifiable": "Can be acted on", "fixed": "Cannot be changed", "past_use": "Past use of care"}[self.value]
