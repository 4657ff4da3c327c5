"""mypy over everything, with the environment that Django's settings ask for. No server is needed to read types."""

from __future__ import annotations

import os
import subprocess
import sys

STAND_INS = {
    "WARDLIGHT_MODE": "test",
    "WARDLIGHT_SECRET_KEY": "a secret for reading types, long enough to be accepted, and used for nothing",
    "WARDLIGHT_ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgresql://nobody@/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}

if __name__ == "__main__":
    sys.exit(subprocess.run([sys.executable, "-m", "mypy"], env={**os.environ, **STAND_INS}, check=False).returncode)
