"""The day on which a simulated calendar stands: the first load of a cohort fixes it, and the audit log keeps it."""

from __future__ import annotations

from datetime import date

from clinical.models import AuditEvent

LOAD_VERB = "cohort.loaded"
SUBJECT = "cohort"


def anchor_of(provenance: str) -> date | None:
    """The as-of day of the first load of this cohort; None where none was ever loaded."""
    loads = AuditEvent.objects.filter(verb=LOAD_VERB, subject_type=SUBJECT, subject_id=provenance)
    kept = loads.order_by("position").values_list("detail__as_of", flat=True).first()
    return date.fromisoformat(kept) if kept else None
