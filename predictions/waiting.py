"""Scores that are owed to many stays at once: the worklist shows the stays, without a score or with the last one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from predictions.intake import NOT_YET_SCORED


def owe_scores(encounter_ids: Collection[int]) -> None:
    """In the transaction that stored them, so that whoever is killed in between leaves rows that say what is owed."""
    with connection.cursor() as cursor:
        cursor.execute(_OWE, {"reason": NOT_YET_SCORED, "ids": list(encounter_ids)})


_OWE = """
INSERT INTO predictions_worklistentry AS entry (
    encounter_id, unit_id, band, reasons, not_scored_reason, waits_for_score, admitted_at, discharged_at, follow_up_state)
SELECT id, unit_id, '', '{}', %(reason)s, true, admitted_at, discharged_at, ''
FROM clinical_encounter WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id
ON CONFLICT (encounter_id) DO UPDATE SET unit_id = excluded.unit_id, admitted_at = excluded.admitted_at,
    discharged_at = excluded.discharged_at, waits_for_score = true
"""
