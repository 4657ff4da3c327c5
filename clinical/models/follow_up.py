"""Follow-up: what staff did about an encounter. Rows are added, never changed, so the history reads as it happened."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from clinical.models.encounter import Encounter
from clinical.models.staff import User


class FollowUpKind(models.TextChoices):
    """What can be done with the staff there are."""

    PHONE_CALL = "phone_call", "Phone call after discharge"
    APPOINTMENT = "appointment", "Follow-up appointment booked"
    MEDICATION_REVIEW = "medication_review", "Medication review"
    EDUCATION = "education", "Diabetes education"
    HOME_CARE = "home_care", "Home care referral"
    SOCIAL_WORK = "social_work", "Social work referral"
    OTHER = "other", "Something else"


class FollowUpState(models.TextChoices):
    """How far it got."""

    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    NOT_POSSIBLE = "not_possible", "Could not be done"
    NOT_NEEDED = "not_needed", "Not needed"


class FollowUp(models.Model):
    """One action by one person, and the prediction that was in front of them when they took it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField(max_length=20, choices=FollowUpKind.choices)
    state = models.CharField(max_length=12, choices=FollowUpState.choices)
    note = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prediction_id = models.UUIDField(null=True, blank=True, help_text="Public id of the prediction that was on the page.")
    submission_id = models.UUIDField(unique=True, help_text="Made with the form, so that sending it twice records it once.")

    class Meta:
        ordering = ("-recorded_at", "-pk")
        constraints = (
            models.CheckConstraint(name="follow_up_kind_known", condition=Q(kind__in=FollowUpKind.values)),
            models.CheckConstraint(name="follow_up_state_known", condition=Q(state__in=FollowUpState.values)),
        )
        indexes = (models.Index(name="follow_up_by_encounter", fields=("encounter", "-recorded_at")),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"
