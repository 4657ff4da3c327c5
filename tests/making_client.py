"""The typed client, made from the published schema: `bin/make-client` writes it anew under clients/python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from config.environment import ROOT
from tests.check_types import STAND_INS

FOLDER = ROOT / "clients" / "python"
PACKAGE = "wardlight_client"
SCHEMA = "openapi.json"


def make(folder: Path) -> None:
    """Write the schema and the package into `folder`; what lay there before goes."""
    from predictions.api.schema import schema  # noqa: PLC0415  after Django is set up

    file = folder / SCHEMA
    file.write_text(json.dumps(schema(), indent=1, sort_keys=True) + "\n")
    shutil.rmtree(folder / PACKAGE, ignore_errors=True)
    program, config = str(Path(sys.prefix) / "bin" / "openapi-python-client"), str(FOLDER / "generator.yml")
    done = subprocess.run(
        [
            program, "generate", "--path", str(file), "--config", config, "--meta", "none",
            "--output-path", str(folder / PACKAGE), "--fail-on-warning",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def files_of(folder: Path) -> dict[str, str]:
    """What was made, by its place."""
    made = [folder / SCHEMA, *sorted((folder / PACKAGE).rglob("*.py"))]
    return {str(path.relative_to(folder)): path.read_text() for path in made}


def main() -> int:
    os.environ.update({name: os.environ.get(name, value) for name, value in STAND_INS.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django  # noqa: PLC0415  only when run as a program

    django.setup()
    make(FOLDER)
    sys.stdout.write(f"{len(files_of(FOLDER))} files under {FOLDER}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
