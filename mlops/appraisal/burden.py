"""How many of those on a unit now each model would raise, beside how many the unit can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops.appraisal.units import UnitToday
from mlops.evaluation import TOP_SHARE
from predictions.engines.calibrated import CalibratedModel


def burden_of(
    units: Sequence[UnitToday], models: Mapping[str, tuple[CalibratedModel, float] | None], *, capacity: float = TOP_SHARE
) -> list[dict[str, Any]]:
    """`models`: by name, each with the score from which on it raises somebody. `capacity` is a share of the unit."""
    return [
        {
            "unit_id": unit.unit_id,
            "unit": unit.name,
            "capacity": round(capacity * unit.encounters),
            "encounters": unit.encounters,
            **{f"{name}_flagged": None if one is None else _flagged(unit, *one) for name, one in models.items()},
        }
        for unit in units
    ]


def _flagged(unit: UnitToday, model: CalibratedModel, threshold: float) -> int:
    return int((model.probabilities(unit.matrix) >= threshold).sum()) if len(unit.matrix) else 0
