"""Who came, and where to: an account that an administrator linked, and an encounter of a unit that the account belongs to."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.http import Http404

from clinical import audit
from clinical.access import scope_of
from clinical.models import EhrIdentity, Encounter, User
from clinical.models.staff import Role
from predictions.cds.discovery import ENCOUNTER_DISCHARGE, PATIENT_VIEW
from predictions.cds.errors import DataNotObtainedError
from predictions.cds.requests import HookCall
from predictions.cds.stays import known_stay
from predictions.smart.errors import NotLinkedError
from predictions.smart.issuers import Issuer
from predictions.smart.tokens import Context


def person(issuer: Issuer, context: Context) -> User:
    """The linked account, if it is open and belongs to a clinician. None is ever made here."""
    linked = EhrIdentity.objects.select_related("user").filter(
        issuer=issuer.address, fhir_user=context.fhir_user, is_active=True, user__is_active=True
    )
    found = linked.first()
    if found is None or Role.CLINICIAN not in found.user.roles:
        raise NotLinkedError
    return found.user


def stay(user: User, issuer: Issuer, context: Context) -> Encounter:
    """The encounter in hand, with its audit row; of another unit and none at all are the same."""
    hook = ENCOUNTER_DISCHARGE if context.encounter_id else PATIENT_VIEW
    asked = HookCall(hook, uuid4(), context.fhir_user, context.patient_id, context.encounter_id)
    with transaction.atomic(), scope_of(user):
        try:
            found = known_stay(asked)
        except DataNotObtainedError as error:
            raise Http404 from error
        if found is None:
            raise Http404
        detail = {"issuer": issuer.address, "fhir_user": context.fhir_user, "card": context.card}
        audit.record(
            actor=user, verb="smart.signed_in", subject_type="encounter", subject_id=found.public_id, detail=detail
        )  # fmt: skip
    return found
