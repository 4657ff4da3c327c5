"""The client that a run asks as: of its ward alone, its token for one run, and no way in when the run is over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from clinical.clients import registering
from clinical.clients.scopes import VERBS
from clinical.models import CareUnit, EhrClient

NAME = "Conformance checks"


@contextlib.contextmanager
def passing_client(unit: CareUnit) -> Iterator[str]:
    """A token that reaches `unit` with every scope, for as long as the block lasts."""
    client = EhrClient.objects.filter(name=NAME).first() or registering.register(name=NAME, by=None)
    registering.grant(client=client, unit=unit, scopes=tuple(VERBS), by=None)
    issued = registering.issue(client=client, by=None)
    try:
        yield registering.token_for(client, scopes=tuple(VERBS))
    finally:
        registering.revoke(credential=issued.credential, by=None)
        registering.grant(client=client, unit=unit, scopes=(), by=None)
