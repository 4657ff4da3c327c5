"""A message comes in: kept, worked on, answered. Sent again, it is answered again and changes nothing.

The raw bytes are committed first. A process that dies in between leaves a row that `replay_hl7` works on, and what a
message does is safe to do twice: a stay is known by its visit number, and older facts never overwrite newer ones.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.clients.access import access_by
from clinical.doors import calls
from clinical.errors import ClinicalError, FactsRefusedError, NoSuchPatientError, NoSuchStayError
from clinical.intake import recording
from clinical.models import CareUnit, EhrCall, EhrClient
from predictions import intake
from predictions.hl7v2 import mapping
from predictions.hl7v2.answers import (
    ACCEPTED,
    ERROR,
    INTERNAL,
    NOT_KNOWN,
    REJECTED,
    WRONG_PROCESSING,
    Heading,
    MessageRefusedError,
    Remark,
    Verdict,
    acknowledgement,
)
from predictions.hl7v2.mapping import Effect
from predictions.hl7v2.reading import Message, heading_of, read
from predictions.models.inbound_message import InboundMessage, MessageState

SCOPE = "encounter.write"
TRY_AGAIN = Verdict(ERROR, (Remark("MSH", INTERNAL, "not kept: please send it again"),))
FAILED_HERE = Verdict(ERROR, (Remark("MSH", INTERNAL, "kept, but not worked on yet: it will be tried again"),))
STALE = Remark("EVN^1^2", 0, "newer facts were known already: nothing was changed", "I")
NO_STAY = Remark("PV1^1^2", 0, "no inpatient stay: nothing was changed", "I")
UNFORESEEN = 500
_STATUS = {ACCEPTED: 200, ERROR: 422, REJECTED: 400}
log = structlog.get_logger(__name__)


def receive(*, raw: bytes, client: EhrClient) -> bytes:
    """The acknowledgement, whatever came."""
    began, heading = time.perf_counter(), heading_of(raw)
    try:
        kept = _kept(raw, heading, client)
        verdict, number = said_before(kept) or work(kept), f"{kept.pk}-{kept.attempts}"
    except DatabaseError:
        log.exception("a message was not kept")
        verdict, number = TRY_AGAIN, "0"
    _note(client, heading, verdict, 1000 * (time.perf_counter() - began))
    return acknowledgement(heading, verdict, number=number, at=timezone.now())


def said_before(kept: InboundMessage) -> Verdict | None:
    """What was accepted or can never be taken is not worked on twice; what was in error may be right by now."""
    if kept.state not in {MessageState.ACCEPTED, MessageState.REFUSED} or kept.answer == ERROR:
        return None
    return Verdict(kept.answer, tuple(Remark(**remark) for remark in kept.remarks))


def work(kept: InboundMessage) -> Verdict:
    """Do what the message says, and keep what was answered."""
    try:
        verdict = _done(kept)
        state = MessageState.ACCEPTED if verdict.code == ACCEPTED else MessageState.REFUSED
        _settled(kept, verdict, state)
    except Exception as error:
        log.exception("a message was not worked on", message_id=str(kept.public_id), error_type=type(error).__name__)
        _try_to_settle(kept)
        return FAILED_HERE
    log.info("a message was answered", message_id=str(kept.public_id), kind=kept.event, code=verdict.code)
    return verdict


def _kept(raw: bytes, heading: Heading, client: EhrClient) -> InboundMessage:
    """Committed when this returns. Row-level security shows a message by its wards, so they are those of its first coming."""
    sha256 = hashlib.sha256(raw).hexdigest()
    with scope_of_the_system():
        unit_ids = [unit.pk for unit in _units(client)] or list(CareUnit.objects.values_list("pk", flat=True))
        kept, is_new = InboundMessage.objects.get_or_create(
            client=client, control_id=heading.control_id, sha256=sha256,
            defaults={"raw": raw, "event": heading.event, "unit_ids": unit_ids, "attempts": 1},
        )  # fmt: skip
        if not is_new:
            kept.attempts += 1
            kept.raw, kept.received_at, kept.forgotten_at = raw, timezone.now(), None  # it may have been forgotten
            kept.save(update_fields=["attempts", "raw", "received_at", "forgotten_at"])
        detail = {"event": heading.event, "attempt": kept.attempts}
        audit.record(
            actor=client.user, verb="hl7.received", subject_type="message", subject_id=str(kept.public_id), detail=detail
        )  # fmt: skip
    return kept


def _units(client: EhrClient) -> list[CareUnit]:
    """Asked at each message: what was revoked is out at once."""
    access = access_by(client, scopes=[SCOPE])
    return access.units(SCOPE) if access is not None else []


def _done(kept: InboundMessage) -> Verdict:
    try:
        message = read(bytes(kept.raw))
        _must_be_meant(message)
        return Verdict(ACCEPTED, tuple(_carried_out(message, kept.client)))
    except MessageRefusedError as refused:
        return refused.verdict
    except NoSuchStayError:
        return Verdict(ERROR, (Remark("PV1^1^19", NOT_KNOWN, "no such stay is known on the sender's wards"),))
    except NoSuchPatientError:
        return Verdict(ERROR, (Remark("PID^1^3", NOT_KNOWN, "no such patient is known on the sender's wards"),))
    except ClinicalError as error:
        return Verdict(ERROR, (Remark("MSH", INTERNAL, error.code),))


def _must_be_meant(message: Message) -> None:
    """A test's message never makes a patient where there are real ones."""
    if message.heading.processing != "P" and settings.IS_PRODUCTION:
        raise MessageRefusedError(REJECTED, Remark("MSH^1^11", WRONG_PROCESSING, "only P, production, is taken here"))


def _carried_out(message: Message, client: EhrClient) -> list[Remark]:
    home, units = ZoneInfo(settings.SITE_TIMEZONE), _units(client)
    effect, at = mapping.effect_of(message), mapping.told_at(message, at_home=home)
    if effect is Effect.MERGE:
        surviving = mapping.record_number(message.one("PID").repetitions(3))
        retired = mapping.record_number(message.one("MRG").repetitions(1))
        recording.merge_patients(surviving=surviving, retired=retired, units=units, by=client.user, told_at=at)
        return []
    if effect is Effect.KEEP:
        return _stay(message, client, units)
    cancel = intake.cancel_admission if effect is Effect.CANCEL_ADMISSION else intake.cancel_discharge
    recorded = cancel(visit_number=message.one("PV1").value(19), units=units, by=client.user, told_at=at)
    return [STALE] if recorded.is_stale else []


def _stay(message: Message, client: EhrClient, units: list[CareUnit]) -> list[Remark]:
    if not mapping.is_inpatient(message):
        return [NO_STAY]
    home = ZoneInfo(settings.SITE_TIMEZONE)
    report, told = mapping.report_of(message, at_home=home)
    at = mapping.told_at(message, at_home=home)
    try:
        taken = intake.take_in(report=report, units=units, by=client.user, told_at=at, score_now=False)
    except FactsRefusedError as refused:
        faults = ((fault.field, fault.message) for fault in refused.faults)
        raise MessageRefusedError(ERROR, *mapping.located(faults, told)) from None
    return [*told.remarks, STALE] if taken.is_stale else told.remarks


def _settled(kept: InboundMessage, verdict: Verdict, state: MessageState) -> None:
    kept.state, kept.answer, kept.answered_at = state, verdict.code, timezone.now()
    kept.remarks = [asdict(remark) for remark in verdict.remarks]
    with scope_of_the_system():
        kept.save(update_fields=["state", "answer", "answered_at", "remarks"])


def _note(client: EhrClient, heading: Heading, verdict: Verdict, duration_ms: float) -> None:
    """A line on the administrator's page of the client's calls, in the words of that page."""
    wrong = next((remark for remark in verdict.remarks if remark.severity == "E"), None)
    status = UNFORESEEN if wrong is not None and wrong.code == INTERNAL else _STATUS[verdict.code]
    calls.note(
        EhrCall(
            client_id=client.pk,
            route=f"hl7v2-{heading.event}" if heading.event in mapping.EFFECTS else "hl7v2",
            method="MLLP",
            status=status,
            code=f"{verdict.code} {wrong.location} {wrong.code}"[:40] if wrong is not None else "",
            duration_ms=round(duration_ms, 1),
            at=timezone.now(),
        )
    )


def _try_to_settle(kept: InboundMessage) -> None:
    try:
        _settled(kept, FAILED_HERE, MessageState.FAILED)
    except DatabaseError:
        log.exception("it stays as received", message_id=str(kept.public_id))
