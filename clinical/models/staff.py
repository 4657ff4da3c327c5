"""People and systems that sign in, and the role they hold: on a unit (clinicians, EHR clients) or hospital-wide."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from clinical.models.unit import CareUnit


class Role(models.TextChoices):
    """What somebody may do. A person may hold several roles; an EHR client is never a person."""

    CLINICIAN = "clinician", "Clinician"
    APPROVER = "approver", "Model approver"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor"
    EHR_CLIENT = "ehr_client", "EHR client"


UNIT_ROLES = (Role.CLINICIAN, Role.EHR_CLIENT)


class User(AbstractUser):
    """Somebody, or some system, that signs in."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def active_memberships(self) -> list[StaffMembership]:
        """The memberships in force, read once for each request's user object."""
        in_force = self.memberships.filter(Q(unit__isnull=True) | Q(unit__is_open=True), ended_at__isnull=True)
        return list(in_force.select_related("unit"))

    @property
    def roles(self) -> frozenset[str]:
        """Every role in force."""
        return frozenset(membership.role for membership in self.active_memberships)

    def units_as(self, *roles: str) -> list[CareUnit]:
        """The open units on which this user holds one of `roles`, by name."""
        units = {m.unit for m in self.active_memberships if m.unit is not None and m.role in roles}
        return sorted(units, key=lambda unit: unit.name)


class StaffMembership(models.Model):
    """One role held by one user, on one unit or hospital-wide; ended, never deleted."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    unit = models.ForeignKey(CareUnit, on_delete=models.PROTECT, related_name="memberships", null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(role__in=Role.values),
            ),
            models.CheckConstraint(
                name="membership_unit_where_role_needs_one",
                condition=Q(role__in=[role.value for role in UNIT_ROLES], unit__isnull=False)
                | (~Q(role__in=[role.value for role in UNIT_ROLES]) & Q(unit__isnull=True)),
                violation_error_message="Clinicians and EHR clients belong to a unit; the other roles are hospital-wide.",
            ),
            models.UniqueConstraint(
                name="membership_once_while_in_force",
                fields=("user", "role", "unit"),
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} as {self.get_role_display()}"
