"""Where the figures were taken: without this a figure says little."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # ships no types


def facts() -> dict[str, Any]:
    """Machine and moment, as they are when the measuring begins."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def conditions() -> dict[str, float]:
    """How the machine is at this moment: two runs compare only where these do."""
    return {"load_average": load_average(), "fixed_loop_ms": pace()}


def pace() -> float:
    """Milliseconds of a loop that is always the same, best of five: rented cores are not equally fast all day."""
    return round(min(_loop() for _time in range(5)), 1)


def load_average() -> float:
    """Of the last minute: processes that ran or wanted to. Above the number of cores, others were at work too."""
    return round(os.getloadavg()[0], 2)


def _loop() -> float:
    started = time.perf_counter()
    sum(number * number for number in range(500_000))
    return 1000 * (time.perf_counter() - started)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
