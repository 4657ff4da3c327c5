"""What a sender tells of one stay, in our own names: the one shape that every door fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class PatientFacts:
    """Who. The medical record number is the hospital's own and says which patient; the rest may be corrected."""

    medical_record_number: str
    family_name: str
    given_name: str
    birth_date: date | None
    sex: str = "unknown"


@dataclass(frozen=True)
class StayReport:
    """One stay. The visit number says which; `unit` is the ward's code.

    `attributes` are Encounter's columns by name. What is not told stays as it was, and is unknown in a new stay; a time
    that is None was not told either (a stay is re-opened by cancel_discharge, not by silence).
    """

    patient: PatientFacts
    visit_number: str
    unit: str
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
