"""The api role as gunicorn serves it, with a champion, a ward, and a system that may do everything there."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.environment import ROOT
from tests import serving_world
from tests.databases import FreshDatabase
from tests.served import Served, environment, serving

FIRST_PORT = 8_760
HOURS = 6


@dataclass(frozen=True)
class EhrServer:
    """Where it listens and how a system gets in: by its id and secret, or with a token that lasts."""

    served: Served
    client_id: str
    secret: str
    token: str

    @property
    def address(self) -> str:
        return self.served.address


@contextlib.contextmanager
def ehr_server(database: FreshDatabase, folder: Path, **others: str) -> Iterator[EhrServer]:
    """For the length of the block; `database` is migrated and empty."""
    serving_world.make(database, folder)
    done = subprocess.run(
        [sys.executable, "-m", "tests.ehr_server"], cwd=ROOT, env=environment(database, folder), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    with serving(database, folder, first_port=FIRST_PORT, WARDLIGHT_ROLE="api", **others) as served:
        yield EhrServer(served, **told)


def _main() -> None:
    import django  # noqa: PLC0415  only when run as a program

    django.setup()
    from datetime import timedelta  # noqa: PLC0415  as above

    from django.utils import timezone  # noqa: PLC0415  as above

    from clinical.clients import registering  # noqa: PLC0415  as above
    from clinical.clients.scopes import VERBS  # noqa: PLC0415  as above
    from tests.factories import CareUnitFactory  # noqa: PLC0415  as above

    unit = CareUnitFactory(code="CARD", name="Cardiology")
    client = registering.register(name="Hospital EHR", by=None)
    registering.grant(client=client, unit=unit, scopes=tuple(VERBS), by=None)
    issued = registering.issue(client=client, by=None)
    token = registering.token_for(client, scopes=tuple(VERBS), until=timezone.now() + timedelta(hours=HOURS))
    sys.stdout.write("\n" + json.dumps({"client_id": issued.client_id, "secret": issued.secret, "token": token}) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _main()
