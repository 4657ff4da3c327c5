"""The codes on cards: why somebody may set one aside, what it is about, and what is suggested."""

from __future__ import annotations

from dataclasses import dataclass

from clinical.models.follow_up import FollowUpKind

HL7_REASONS = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
OUR_REASONS = "urn:wardlight:override-reasons"
OUR_TOPICS = "urn:wardlight:card-topics"
OUR_FOLLOW_UPS = "urn:wardlight:follow-up"  # as in the Tasks of /fhir
OUR_SUGGESTIONS = "urn:wardlight:suggestions"


@dataclass(frozen=True)
class Coding:
    """A code, where it is defined, and what a clinician reads."""

    system: str
    code: str
    display: str

    def as_json(self) -> dict[str, str]:
        return {"system": self.system, "code": self.code, "display": self.display}


TOPIC = Coding(OUR_TOPICS, "readmission-30d", "Readmission within 30 days")
# HL7's own codes for why advice is not followed, then three that its list lacks
OVERRIDE_REASONS = (
    Coding(OUR_REASONS, "already-arranged", "Follow-up is already arranged"),
    Coding(OUR_REASONS, "planned-readmission", "The patient is meant to come back: planned readmission"),
    Coding(OUR_REASONS, "palliative-goals", "Goals of care are palliative"),
    Coding(HL7_REASONS, "cds-not-applicable", "Does not apply to this patient"),
    Coding(HL7_REASONS, "patient-ineligible", "The patient is not eligible for what is suggested"),
    Coding(HL7_REASONS, "action-completed", "What is suggested was already done"),
    Coding(HL7_REASONS, "action-not-priority", "Something else comes first"),
    Coding(HL7_REASONS, "cds-suboptimal-context", "Wrong moment or place for this advice"),
    Coding(HL7_REASONS, "limited-time", "No time now"),
    Coding(HL7_REASONS, "wrong-time-workflow", "Comes at the wrong step of the work"),
    Coding(HL7_REASONS, "inappropriate-recipient", "Somebody else should see this"),
    Coding(HL7_REASONS, "need-more-info", "More information is needed first"),
    Coding(HL7_REASONS, "recipient-disagrees-evidence", "I do not agree with the assessment"),
)
SUGGESTED_KINDS = (
    FollowUpKind.PHONE_CALL,
    FollowUpKind.APPOINTMENT,
    FollowUpKind.MEDICATION_REVIEW,
    FollowUpKind.EDUCATION,
    FollowUpKind.HOME_CARE,
    FollowUpKind.SOCIAL_WORK,
)
SUGGESTION_LABELS = {
    FollowUpKind.PHONE_CALL: "Plan a phone call after discharge",
    FollowUpKind.APPOINTMENT: "Plan a follow-up appointment",
    FollowUpKind.MEDICATION_REVIEW: "Plan a medication review",
    FollowUpKind.EDUCATION: "Plan diabetes education",
    FollowUpKind.HOME_CARE: "Plan a home care referral",
    FollowUpKind.SOCIAL_WORK: "Plan a social work referral",
}
