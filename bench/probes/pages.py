"""The nurse's session, and how many SQL statements her pages take."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinical.access import units_for
from clinical.models import User

NURSE = "nurse"
BORDERS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


def session(*, paths: list[str]) -> dict[str, Any]:
    """A signed-in session's cookie, and for each path the number of statements between BEGIN and COMMIT."""
    nurse, client = User.objects.get(username=NURSE), Client(SERVER_NAME="localhost")
    client.force_login(nurse, backend=f"{ModelBackend.__module__}.{ModelBackend.__qualname__}")
    queries = []
    for path in paths:
        client.get(path)  # the first view of a process reads what it then keeps
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        queries.append(sum(not str(query["sql"]).startswith(BORDERS) for query in seen.captured_queries))
    (cookie,) = (f"{name}={morsel.value}" for name, morsel in client.cookies.items() if "session" in name)
    return {"cookie": cookie, "queries": queries, "units": len(units_for(nurse))}
