"""Recording whether a patient came back: only what can be known by then, and counted by nobody before it has matured.

A readmission within 30 days is a fact as soon as it happens. That there was none, or only a later one, is known when
discharge, 30 days and the lag for late reports have passed: whoever says so earlier cannot know it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from clinical import audit
from clinical.errors import OutcomeRefusedError
from clinical.models import Encounter, Outcome, User
from clinical.models.encounter import READMISSION_WINDOW
from clinical.models.outcome import Readmission


def report(*, encounter: Encounter, readmission: Readmission, by: User) -> Outcome:
    """Keep what became of a stay; the same again changes nothing. Call inside the scope of who reports."""
    if encounter.is_entered_in_error:
        msg = "The stay was entered in error."
        raise OutcomeRefusedError(msg)
    if not encounter.can_return:
        msg = "The stay ended in death or hospice care, so nobody can come back."
        raise OutcomeRefusedError(msg)
    if encounter.discharged_at is None:
        msg = "The patient is on the ward: nobody can come back who has not left."
        raise OutcomeRefusedError(msg)
    matures_at = encounter.discharged_at + READMISSION_WINDOW + timedelta(days=settings.OUTCOME_LAG_DAYS)
    outcome, _is_new = Outcome.objects.select_for_update().get_or_create(
        encounter=encounter, defaults={"matures_at": matures_at}
    )
    if outcome.readmission == readmission:
        return outcome
    if readmission != Readmission.WITHIN_30_DAYS and timezone.now() < outcome.matures_at:
        msg = f"That cannot be known before {outcome.matures_at:%Y-%m-%d}: 30 days after discharge, and a lag for late reports."
        raise OutcomeRefusedError(msg)
    before = outcome.readmission
    outcome.readmission, outcome.reported_at = readmission, timezone.now()
    outcome.save(update_fields=["readmission", "reported_at"])
    audit.record(
        actor=by,
        verb="outcome.corrected" if before else "outcome.reported",
        subject_type="encounter",
        subject_id=encounter.public_id,
    )
    return outcome
