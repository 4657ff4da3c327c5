"""Recording what staff did about an encounter: once for each form sent, with its audit row, or not at all."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from clinical import audit
from clinical.errors import FollowUpRefusedError
from clinical.models import Encounter, FollowUp, User
from clinical.models.follow_up import FollowUpKind, FollowUpState

ALREADY_USED = "This form was already used for another entry. Open the encounter again and record the action there."


def record(
    *,
    encounter: Encounter,
    kind: FollowUpKind,
    state: FollowUpState,
    note: str,
    by: User,
    prediction_id: UUID | None,
    submission_id: UUID,
) -> FollowUp:
    """Add one action; the same submission sent again returns what it made the first time.

    Call inside the scope of `by`: the database refuses an action on another unit's encounter.
    """
    try:
        action, is_new = FollowUp.objects.get_or_create(
            submission_id=submission_id,
            defaults={
                "encounter": encounter,
                "kind": kind,
                "state": state,
                "note": note,
                "recorded_at": timezone.now(),
                "recorded_by": by,
                "prediction_id": prediction_id,
            },
        )
    except IntegrityError:  # the id belongs to an action that this person may not even see
        raise FollowUpRefusedError(ALREADY_USED) from None
    if not is_new:
        return _repeated(action, encounter=encounter, by=by)
    audit.record(
        actor=by,
        verb="follow_up.recorded",
        subject_type="encounter",
        subject_id=encounter.public_id,
        detail={"follow_up": action.public_id, "prediction": prediction_id},
    )
    return action


def _repeated(action: FollowUp, *, encounter: Encounter, by: User) -> FollowUp:
    if (action.encounter_id, action.recorded_by_id) != (encounter.pk, by.pk):
        raise FollowUpRefusedError(ALREADY_USED)
    return action
