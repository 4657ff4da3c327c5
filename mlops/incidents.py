"""Incidents: opened once while the trouble lasts, told to those who want to be told, looked at, and closed with a note.

What is to be told is written with the incident, in its transaction; the outbox sends it until the receiver has answered.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from clinical import audit, outbox
from clinical.models import User
from mlops.errors import IncidentClosedError, NoteMissingError
from mlops.models import Incident, Notification, NotificationChannel
from mlops.monitoring.severities import Severity

NOTIFY = "notify"
SHORTEST_NOTE_CHARACTERS = 10


def open_incident(*, kind: str, severity: str, subject: str, key: str, detail: dict[str, Any] | None = None) -> Incident:
    """The incident with this key: a new one, or the open one, which has then been seen once more. Ids and counts only.

    One that has become worse is told again to the channels that had not been told of it.
    """
    with transaction.atomic():
        incident = _opened(kind=kind, severity=severity, subject=subject[:200], key=key, detail=detail or {})
        for channel in NotificationChannel.objects.filter(is_on=True):
            if Severity(incident.severity).rank >= Severity(channel.least_severity).rank:
                _tell(incident, channel)
    return incident


def acknowledge(incident: Incident, *, by: User, note: str = "") -> Incident:
    """Somebody looks at it."""
    with transaction.atomic():
        incident = _locked(incident)
        if incident.acknowledged_at is None:
            incident.acknowledged_at, incident.acknowledged_by, incident.acknowledged_note = timezone.now(), by, note.strip()
            incident.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledged_note"])
            _record(incident, "acknowledged", by)
    return incident


def close(incident: Incident, *, by: User, note: str) -> Incident:
    """It is over, or it was none: the note says which and why. The next one with its key is a new incident."""
    if len(note.strip()) < SHORTEST_NOTE_CHARACTERS:
        raise NoteMissingError
    with transaction.atomic():
        incident = _locked(incident)
        incident.closed_at, incident.closed_by, incident.closed_note = timezone.now(), by, note.strip()
        incident.save(update_fields=["closed_at", "closed_by", "closed_note"])
        _record(incident, "closed", by)
    return incident


def _opened(*, key: str, **told: Any) -> Incident:
    try:
        with transaction.atomic():
            incident = Incident.objects.create(key=key, **told)
    except IntegrityError:  # one is open
        return _seen_again(key, **told)
    _record(incident, "opened", None)
    return incident


def _seen_again(key: str, *, kind: str, severity: str, subject: str, detail: dict[str, Any]) -> Incident:
    incident = Incident.objects.select_for_update().filter(key=key, closed_at__isnull=True).first()
    if incident is None:  # closed between the two statements
        return _opened(key=key, kind=kind, severity=severity, subject=subject, detail=detail)
    incident.times_seen += 1
    incident.last_seen_at, incident.detail, incident.subject = timezone.now(), detail, subject
    if Severity(severity).rank > Severity(incident.severity).rank:
        incident.severity = severity
    incident.save(update_fields=["times_seen", "last_seen_at", "severity", "detail", "subject"])
    _record(incident, "seen_again", None)
    return incident


def _tell(incident: Incident, channel: NotificationChannel) -> None:
    notification, is_new = Notification.objects.get_or_create(
        incident=incident, channel=channel, defaults={"address": channel.address}
    )
    if is_new:
        outbox.put(kind=NOTIFY, subject=str(notification.pk), key=f"{NOTIFY}:{notification.public_id}")


def _locked(incident: Incident) -> Incident:
    locked = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    if locked.closed_at:
        raise IncidentClosedError
    return locked


def _record(incident: Incident, what: str, by: User | None) -> None:
    detail = {"kind": incident.kind, "severity": incident.severity, "key": incident.key}
    audit.record(actor=by, verb=f"incident.{what}", subject_type="incident", subject_id=incident.public_id, detail=detail)
