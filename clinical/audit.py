"""The audit log: one row for every access, written in the transaction of the access, so that neither exists alone.

PostgreSQL numbers the rows and chains each to the one before by SHA-256; `verify` walks the chain again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import connection

from clinical.models import User
from clinical.rows import prepared

SYSTEM = "system"


@dataclass(frozen=True)
class ChainReport:
    """What a walk of the chain found."""

    rows: int
    head_position: int
    head_hash: str
    broken_at: int | None

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def record(
    *,
    actor: User | None,
    verb: str,
    subject_type: str = "",
    subject_id: UUID | str = "",
    detail: dict[str, Any] | None = None,
) -> int:
    """Add one row and return its position. Must be called inside the transaction of what it tells of.

    The database takes a lock here that is held until commit, so call it last.
    """
    if not connection.in_atomic_block:
        msg = "an audit row outside a transaction could survive a failed access, or be lost beside a finished one"
        raise RuntimeError(msg)
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    with prepared() as cursor:
        cursor.execute(
            "INSERT INTO clinical_auditevent"
            " (position, actor_id, actor_name, verb, subject_type, subject_id, request_id, detail, previous_hash, hash)"
            " VALUES (0, %s, %s, %s, %s, %s, %s, %s, '', '') RETURNING position",
            [
                actor.public_id if actor else None,
                actor.username if actor else SYSTEM,
                verb,
                subject_type,
                str(subject_id),
                request_id,
                json.dumps(detail or {}, default=str),
            ],
        )
        return int(cursor.fetchone()[0])


def verify() -> ChainReport:
    """Recompute every hash and link; stops at the first row that does not fit."""
    with connection.cursor() as cursor:
        cursor.execute(_VERIFY)
        rows, head_position, head_hash, broken_at = cursor.fetchone()
    return ChainReport(rows=rows, head_position=head_position or 0, head_hash=head_hash or "", broken_at=broken_at)


_VERIFY = """
WITH chain AS (
    SELECT position, hash, previous_hash,
           lag(hash, 1, '') OVER (ORDER BY position) AS hash_before,
           row_number() OVER (ORDER BY position) AS expected_position,
           wardlight_audit_hash(event) AS recomputed
    FROM clinical_auditevent AS event
)
SELECT count(*), max(position),
       (SELECT hash FROM clinical_auditevent ORDER BY position DESC LIMIT 1),
       min(position) FILTER (
           WHERE hash <> recomputed OR previous_hash <> hash_before OR position <> expected_position)
FROM chain
"""
