"""The plots of an appraisal as files: SVG that any viewer shows by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def pictures_of(appraisal: Mapping[str, Any]) -> dict[str, bytes]:
    """By their path in the run; an appraisal without curves has none."""
    return {}
