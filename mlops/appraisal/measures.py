"""What a gate looks at, taken out of a stored appraisal. What is not there is None, and a gate fails it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.gates.judging import MeasuredGroup

Appraisal = Mapping[str, Any]


def measures_of(appraisal: Appraisal) -> dict[str, float | None]:
    """The candidate's figures, the paired differences and the checks, each by its name."""
    figures = {**((appraisal.get("candidate") or {}).get("figures") or {}), **(appraisal.get("paired") or {})}
    return {name: (metric or {}).get("value") for name, metric in figures.items()} | dict(appraisal.get("checks") or {})


def groups_from(appraisal: Appraisal, *, figure: str) -> list[MeasuredGroup]:
    """The candidate's subgroups; a censored one has neither events nor a value."""
    subgroups = (appraisal.get("candidate") or {}).get("subgroups") or ()
    return [
        MeasuredGroup(f"{group['factor']}: {group['group']}", group["readmitted"], (group.get(figure) or {}).get("value"))
        for group in subgroups
    ]
