"""Whether somebody may decide about a version, and if not, why, in words; the verbs in mlops.releases hold the same rules."""

from __future__ import annotations

from dataclasses import dataclass

from clinical.models import User
from clinical.models.staff import Role
from mlops.models import Evidence
from predictions.models import ModelStatus, ModelVersion


@dataclass(frozen=True)
class Standing:
    """`why_not` is empty for whoever may decide."""

    why_not: str = ""

    @property
    def may(self) -> bool:
        return not self.why_not


def standing_of(user: User, version: ModelVersion) -> Standing:
    """In the order in which it matters to the person."""
    if version.status != ModelStatus.CANDIDATE:
        return Standing(f"It is {version.get_status_display().lower()}: it has been decided already.")
    if version.requested_by_id == user.pk:
        return Standing("You asked for this version, so somebody else has to decide about it.")
    if Role.APPROVER not in user.roles:
        return Standing("Only model approvers decide; you are not one.")
    evidence = evidence_of(version)
    if evidence is None or not evidence.seal:
        return Standing("It has no sealed evidence to decide on: only a training run makes that.")
    return Standing()


def may_promote(user: User, version: ModelVersion) -> bool:
    """An approved version that is not in office yet."""
    is_approver = Role.APPROVER in user.roles
    return version.status == ModelStatus.APPROVED and is_approver and version.requested_by_id != user.pk


def evidence_of(version: ModelVersion) -> Evidence | None:
    evidence: Evidence | None = getattr(version, "evidence", None)
    return evidence
