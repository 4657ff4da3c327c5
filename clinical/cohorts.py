"""Which made or published cohorts this database holds, for the line at the top of every page that says so."""

from __future__ import annotations

from clinical.diabetes130.anchor import LOAD_VERB, SUBJECT
from clinical.models import AuditEvent


def loaded_cohorts() -> frozenset[str]:
    """Provenances other than a hospital's own record that were ever loaded; the audit log remembers each load."""
    loads = AuditEvent.objects.filter(verb=LOAD_VERB, subject_type=SUBJECT).order_by()
    return frozenset(loads.values_list("subject_id", flat=True).distinct())
