"""Versions for the tests of serving: `python -m tests.serving_world` records three in the database of its environment.

The first is the champion. Each is the small model, learned from another seed, so each says something else of the same rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from config.environment import ROOT
from predictions import signing
from tests.databases import FreshDatabase
from tests.served import environment


@dataclass(frozen=True)
class Recorded:
    """One version as it was recorded."""

    pk: int
    number: int
    sha256: str
    schema: str
    signature: str
    signed_with: str
    bands: list[dict[str, object]]
    engine: str
    name: str


@dataclass(frozen=True)
class ServingWorld:
    """A database with a champion, another version that may follow it, and one for the tests to spoil."""

    database: FreshDatabase
    folder: Path
    first: Recorded
    second: Recorded
    spoiled: Recorded

    def into_office(self, version: Recorded) -> None:
        """What a promotion leaves in the table, without a word to anybody."""
        with self.database.link() as link, link.transaction():
            link.execute("UPDATE predictions_modelversion SET status = 'retired' WHERE status = 'champion'")
            link.execute("UPDATE predictions_modelversion SET status = 'champion' WHERE id = %s", [version.pk])

    def rewrite(self, version: Recorded, **columns: object) -> None:
        """As somebody would who writes to the table past this software."""
        with self.database.link(role="postgres") as link:
            for column, value in columns.items():
                statement = sql.SQL("UPDATE predictions_modelversion SET {} = %s WHERE id = %s").format(sql.Identifier(column))
                link.execute(statement, [value, version.pk])

    def file_of(self, version: Recorded) -> Path:
        return self.folder / "artefacts" / f"{version.sha256}.model"

    def processes(self) -> list[tuple[object, ...]]:
        """Of each living process of the api role: what it holds, what it refused, why."""
        with self.database.link() as link:
            return link.execute(
                "SELECT holds_id, refused_id, refused_reason FROM predictions_servingprocess"
                " WHERE role = 'api' AND seen_at > now() - interval '20 seconds' ORDER BY process"
            ).fetchall()


def make(database: FreshDatabase, folder: Path) -> ServingWorld:
    done = subprocess.run(
        [sys.executable, "-m", "tests.serving_world"], cwd=ROOT, env=environment(database, folder), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return ServingWorld(database, folder, *(Recorded(**version) for version in json.loads(done.stdout.splitlines()[-1])))


def signed_by_a_stranger(version: Recorded) -> tuple[str, str]:
    """The signature and key id that somebody else's key makes."""
    key = signing.private_key_from(signing.new_private_key())
    return key.sign(b"the same fields, for all it matters").hex(), signing.key_id(key.public_key())


def signed_with_schema(version: Recorded, schema: str) -> str:
    """Our own signature over another feature schema."""
    signature, _key = signing.sign(
        name=version.name, artefact_sha256=version.sha256, feature_schema=schema, bands=version.bands, engine=version.engine
    )
    return signature


def _main() -> None:
    import django  # noqa: PLC0415  only when run as a program

    django.setup()
    from predictions.models import ModelVersion  # noqa: PLC0415  after Django is set up
    from tests import small_model  # noqa: PLC0415  as above
    from tests.factories import member  # noqa: PLC0415  as above

    dana = member("dana", "approver")
    small_model.promoted(dana)
    for seed in (1, 2):
        small_model.recorded(seed=seed)
    told = [
        Recorded(
            version.pk, version.number, version.artefact_sha256, version.feature_schema_id, version.signature,
            version.signed_with, version.bands, version.engine, version.name,
        )
        for version in ModelVersion.objects.order_by("number")
    ]  # fmt: skip
    sys.stdout.write("\n" + json.dumps([vars(version) for version in told]) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _main()
