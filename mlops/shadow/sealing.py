"""The seal of a report: SHA-256 over its canonical JSON, which anybody can make again from the stored body."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def seal_of(body: dict[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
