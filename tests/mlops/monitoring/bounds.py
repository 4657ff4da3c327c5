"""The bounds of a fresh installation, read from the migration that fills them in."""

from __future__ import annotations

from importlib import import_module

FIRST: dict[str, tuple[float, float, float, int]] = import_module("mlops.migrations.0005_first_thresholds").FIRST
