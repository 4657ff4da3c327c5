"""Who asks, and what follows from it for the resources that are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from clinical.models import CareUnit, User

Resource = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """One client, the units in which it holds the scope of this call, and the address under which it called."""

    user: User
    units: list[CareUnit]
    base: str

    def address_of(self, resource: Resource) -> str:
        return f"{self.base}/{resource['resourceType']}/{resource['id']}"


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def fold(resource: Resource) -> Resource:
    """Without what there is nothing to tell of: FHIR knows no nulls and no empty lists."""
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}
