"""Every key that our code logs is one that the log lets through: a line that loses its point is a silent failure."""

from __future__ import annotations

import ast
from pathlib import Path

from config.environment import ROOT
from config.logging import ALLOWED_KEYS

PACKAGES = ("config", "clinical", "predictions", "mlops", "assistant")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}


def keys_logged_by(path: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    ours = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in LEVELS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
    ]
    return {keyword.arg for call in ours for keyword in call.keywords if keyword.arg and keyword.arg != "exc_info"}


def test_every_key_that_is_logged_is_let_through() -> None:
    logged = {key: path for package in PACKAGES for path in (ROOT / package).rglob("*.py") for key in keys_logged_by(path)}
    assert logged
    assert {key: str(path) for key, path in logged.items() if key not in ALLOWED_KEYS} == {}
