"""A connection that broke between two requests: whoever calls next learns nothing of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import ROOT
from tests.databases import FreshDatabase
from tests.served import environment

TWO_REQUESTS = """
import django
django.setup()
from datetime import timedelta
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from clinical.clients import registering
from clinical.clients.access import access_of
from clinical.models import CareUnit
import psycopg, sys

def end_the_connection():
    with psycopg.connect(sys.argv[1]) as link:
        link.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])

unit = CareUnit.objects.create(code="CARD", name="Cardiology")
client = registering.admit(name="EHR", by=None).credential.client
registering.grant(client=client, unit=unit, scopes=["encounter.read"], by=None)
token = registering.token_for(client, scopes=["encounter.read"], until=timezone.now() + timedelta(hours=1))

close_old_connections()  # as at the beginning of a request
access_of(token)
end_the_connection()
close_old_connections()
print("a new request:", access_of(token).client.name)
end_the_connection()
try:
    access_of(token)
except OperationalError:
    print("in the middle of a request: told")
"""


@pytest.mark.processes
def test_the_first_statement_of_a_request_goes_on_over_a_new_connection(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    own = {**environment(fresh_database, tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    above = fresh_database.servers.database_url(role="postgres", database=fresh_database.name)
    done = subprocess.run(
        [sys.executable, "-c", TWO_REQUESTS, above],
        cwd=ROOT, env=own, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["a new request: EHR", "in the middle of a request: told"], done.stderr[-2000:]
