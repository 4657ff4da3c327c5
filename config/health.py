"""Health for orchestrators. Live: this process runs. Ready: it can serve its role now.

Redis is not asked: a worklist without a broker still works, and a probe that fails with an optional
dependency would take every pod out of service at once.
"""

from __future__ import annotations

import os

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, JsonResponse
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
    """Whether this process can serve its role, and if not, why. An older champion that goes on is a warning: it scores."""
    reasons = _reasons_against()
    found: dict[str, object] = {"status": "not ready" if reasons else "ready", "reasons": reasons}
    if environment().role is Role.API and not reasons:
        found |= _of_the_champion()
    return JsonResponse(found, status=503 if reasons else 200)


@public
@require_safe
def model(_request: HttpRequest) -> JsonResponse:
    """What this process scores with: all of one version, and what that version says of golden rows at this moment."""
    if environment().role is not Role.API:
        raise Http404
    from predictions import champion  # noqa: PLC0415  web pods never load an engine
    from predictions.errors import PredictionError  # noqa: PLC0415  as above

    try:
        held = champion.current()
    except PredictionError as error:
        return JsonResponse({"reason": str(error)}, status=error.status)
    return JsonResponse(
        {
            "name": held.name,
            "number": held.number,
            "sha256": held.artefact_sha256,
            "schema": held.feature_schema,
            "bands": held.bands_sha256,
            "golden": held.golden_mean(),
            "pid": os.getpid(),
            "since": held.since.isoformat(),
        }
    )


def _of_the_champion() -> dict[str, object]:
    from predictions import champion  # noqa: PLC0415  web pods never load an engine

    held = champion.state().holds
    told = {"number": held.number, "sha256": held.artefact_sha256} if held else None
    return {"warnings": champion.warnings(), "model": told}


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
