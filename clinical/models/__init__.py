"""The rows of the clinical package, one file a noun."""

from clinical.models.audit import AuditEvent
from clinical.models.ehr_call import EhrCall
from clinical.models.ehr_client import EhrClient, EhrCredential, EhrGrant
from clinical.models.ehr_identity import EhrIdentity
from clinical.models.encounter import Encounter
from clinical.models.follow_up import FollowUp
from clinical.models.kept_reply import KeptReply
from clinical.models.message import Message
from clinical.models.outcome import Outcome
from clinical.models.patient import Patient
from clinical.models.received_resource import ReceivedResource
from clinical.models.staff import StaffMembership, User
from clinical.models.unit import CareUnit

__all__ = [
    "AuditEvent",
    "CareUnit",
    "EhrCall",
    "EhrClient",
    "EhrCredential",
    "EhrGrant",
    "EhrIdentity",
    "Encounter",
    "FollowUp",
    "KeptReply",
    "Message",
    "Outcome",
    "Patient",
    "ReceivedResource",
    "StaffMembership",
    "User",
]
