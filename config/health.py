"""Health for orchestrators. Live: this process runs. Ready: it can serve its role now.

Redis is not asked: a worklist without a broker still works, and a probe that fails with an optional
dependency would take every pod out of service at once.
"""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from clinical.access import public
from config.environment import Role, environment


@public
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Touches nothing outside the process."""
    return JsonResponse({"status": "alive"})


@public
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Whether this process can serve its role, and if not, why."""
    reasons = _reasons_against()
    return JsonResponse({"status": "not ready" if reasons else "ready", "reasons": reasons}, status=503 if reasons else 200)


def _reasons_against() -> list[str]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        # each one is looked for: a plan begins behind the newest that is applied, and would miss one that is lacking before it
        if executor.loader.graph.nodes.keys() - executor.loader.applied_migrations.keys():
            return ["migrations are not applied"]
    except DatabaseError:
        return ["the database does not answer"]
    if environment().role is Role.API:
        from predictions import champion  # noqa: PLC0415  web pods never load an engine

        return champion.reasons_not_ready()
    return []
