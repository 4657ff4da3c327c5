"""schemathesis over the whole published schema of a running api role: `python -m tests.fuzz_api --examples 200`.

All checks, and sequences that follow the schema's links. The suite runs the same with fewer examples and a fixed seed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from config.environment import ROOT
from tests.surroundings import SERVERS, TEST_DATABASE

EXAMPLES, SEED = 200, 7
CONFIGURATION = ROOT / "tests" / "schemathesis.toml"


def fuzz(address: str, token: str, *, examples: int, seed: int) -> subprocess.CompletedProcess[str]:
    """What schemathesis says of the doors at `address`."""
    program = str(Path(sys.prefix) / "bin" / "schemathesis")
    command = [
        program, "--config-file", str(CONFIGURATION), "run", f"{address}/api/v1/schema",
        "--header", f"Authorization: Bearer {token}", "--phases", "examples,coverage,fuzzing,stateful",
        "--max-examples", str(examples), "--seed", str(seed), "--workers", "1", "--no-color", "--continue-on-failure",
        "--generation-database", "none", "--warnings", "off", "--generation-allow-x00", "false",
    ]  # fmt: skip
    hooks = {"SCHEMATHESIS_HOOKS": "tests.fuzz_hooks", "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(command, cwd=folder, env={**os.environ, **hooks}, capture_output=True, text=True, check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="for each operation")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django  # noqa: PLC0415  the servers are up and the environment is set by now

    django.setup()
    from tests.databases import FreshDatabase, drop_database, make_database  # noqa: PLC0415  as above
    from tests.ehr_server import ehr_server  # noqa: PLC0415  as above

    database = FreshDatabase(f"{TEST_DATABASE}_fuzz", SERVERS)
    make_database(SERVERS, database.name)
    try:
        prepared = database.manage("prepare_database")
        assert prepared.returncode == 0, prepared.stderr[-1000:]
        with tempfile.TemporaryDirectory() as name, ehr_server(database, Path(name), **WIDE_OPEN) as server:
            done = fuzz(server.address, server.token, examples=asked.examples, seed=asked.seed)
            said = _errors_in(server.served.folder / "web.log")
    finally:
        drop_database(SERVERS, database.name)
    sys.stdout.write(said + done.stdout + done.stderr)
    return done.returncode


def _errors_in(log: Path) -> str:
    """What the server says of its own failures: their places, beside the numbers that the answers tell."""
    return "".join(f"{line}\n" for line in log.read_text().splitlines() if '"level": "error"' in line or "Traceback" in line)


# a tester asks more often than a hospital may: the limiter has tests of its own
WIDE_OPEN: dict[str, str] = {}

if __name__ == "__main__":
    sys.exit(main())
