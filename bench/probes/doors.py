"""The EHR client of the bench, the stays that it asks about, and how many SQL statements one of its calls takes."""

from __future__ import annotations

import json
import random
import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.doors import ENCOUNTERS, a_stay
from bench.probes.pages import BORDERS
from clinical.access import scope_of_the_system
from clinical.clients import registering
from clinical.clients.scopes import VERBS
from clinical.models import CareUnit, Encounter

LASTS = timedelta(hours=6)


def ehr_client() -> dict[str, str]:
    """A new client with every scope on the first ward, and a token that outlasts the bench."""
    unit = CareUnit.objects.order_by("pk")[0]
    client = registering.register(name=f"Bench {uuid.uuid4().hex[:6]}", by=None)
    registering.grant(client=client, unit=unit, scopes=list(VERBS), by=None)
    token = registering.token_for(client, scopes=list(VERBS), until=timezone.now() + LASTS)
    return {"token": token, "unit": unit.code}


def stays_of(*, unit: str, count: int) -> list[dict[str, str]]:
    """Stays of a ward with a score, by the ids that a hook names."""
    with scope_of_the_system():
        stays = Encounter.objects.can_return().filter(unit__code=unit, worklist_entry__prediction__isnull=False)
        return [
            {"patient": stay.patient.medical_record_number, "encounter": str(stay.public_id)}
            for stay in stays.select_related("patient").order_by("-admitted_at")[:count]
        ]


def statements_by_history(*, earlier: list[int]) -> list[int]:
    """How many statements a new stay takes, of patients with so many earlier ones."""
    told, chance = ehr_client(), random.Random(uuid.uuid4().int)  # noqa: S311  every stay is to be a new one
    client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {told['token']}"})

    def tell(patient: str) -> Any:
        body = json.dumps(a_stay(chance, unit=told["unit"], patient=patient))
        answer = client.post(ENCOUNTERS, body, content_type="application/json")
        if answer.status_code != 201:  # noqa: PLR2004  HTTP's own number
            raise RuntimeError(answer.content.decode()[:500])

    counts = []
    for stays in (earlier[0], *earlier):  # the first of a process reads what it then keeps
        patient = f"S{uuid.uuid4().hex[:12]}"
        for _stay in range(stays):
            tell(patient)
        with CaptureQueriesContext(connection) as seen:
            tell(patient)
        counts.append(sum(not str(query["sql"]).startswith(BORDERS) for query in seen.captured_queries))
    return counts[1:]
