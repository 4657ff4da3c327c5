"""Who is on each unit now, as rows that a model can score. Only numbers leave this room: no name and no patient's id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.history import histories
from clinical.models import CareUnit, Encounter
from predictions.engines.base import Matrix
from predictions.features.building import compute, refusals


@dataclass(frozen=True)
class UnitToday:
    """One unit: how many are on it, and the rows of those that can be scored."""

    unit_id: str
    name: str
    encounters: int
    matrix: Matrix


def units_today() -> list[UnitToday]:
    """Every open unit with its inpatients of this moment."""
    now = timezone.now()
    with scope_of_the_system():
        there = Encounter.objects.on_the_ward().can_return().filter(admitted_at__lte=now).values_list("pk", "unit_id")
        unit_of: dict[int, int] = dict(there)
        table = histories(list(unit_of), as_of=now)
        units = list(CareUnit.objects.filter(is_open=True))
        audit.record(actor=None, verb="inpatients.appraised", subject_type="encounters", detail={"encounters": table.height})
    matrix = compute(table)
    of = np.array([unit_of[encounter] for encounter in table["encounter_id"]], dtype=np.int64)
    readable = np.ones(len(of), dtype=np.bool_)
    readable[list(refusals(matrix))] = False
    return [
        UnitToday(str(unit.public_id), unit.name, int((of == unit.pk).sum()), matrix[(of == unit.pk) & readable])
        for unit in units
    ]
