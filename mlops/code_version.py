"""Which code this is: the commit of the checkout or of the image, and a digest of the packages that make a model."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("clinical", "predictions", "mlops")


@cache
def current() -> dict[str, str]:
    """`commit` is empty where there is no repository and the image names none; the digest is always there."""
    return {"commit": os.environ.get("WARDLIGHT_COMMIT") or _commit(), "source_sha256": _digest()}


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607  the developer's own git
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=5,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _digest() -> str:
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
