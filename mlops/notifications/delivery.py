"""The outbox's way to the channels: one message is one notification, repeated until the receiver has answered, never after.

The row says what became of it. A refusal for good ends it; anything else is tried again with growing pauses.
"""

from __future__ import annotations

from datetime import UTC

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from clinical import outbox
from clinical.models import Message
from mlops.errors import NotDeliveredError
from mlops.incidents import NOTIFY
from mlops.models import Notification
from mlops.models.incident import ChannelKind, NotificationState
from mlops.notifications.base import Note, Notifier
from mlops.notifications.channels import receiver_of
from mlops.notifications.email import EmailNotifier
from mlops.notifications.sns import SnsNotifier
from mlops.notifications.webhook import WebhookNotifier

NOTIFIERS: dict[str, Notifier] = {
    ChannelKind.EMAIL: EmailNotifier(), ChannelKind.SNS: SnsNotifier(), ChannelKind.WEBHOOK: WebhookNotifier(),
}  # fmt: skip


@outbox.handles(NOTIFY)
def deliver(message: Message) -> None:
    """Nothing is sent inside a transaction; a worker killed between answer and row repeats the note under the same id."""
    notification = Notification.objects.select_related("incident", "channel").get(pk=int(message.subject))
    if notification.state != NotificationState.WAITING:
        return
    mine = Notification.objects.filter(pk=notification.pk)
    mine.update(attempts=F("attempts") + 1)
    try:
        _send(notification)
    except NotDeliveredError as error:
        state = NotificationState.REFUSED if error.permanent else NotificationState.WAITING
        mine.update(state=state, last_error=str(error)[:200])
        if not error.permanent:
            raise
    else:
        mine.update(state=NotificationState.DELIVERED, delivered_at=timezone.now(), last_error="")


def note_of(notification: Notification) -> Note:
    incident = notification.incident
    return Note(
        id=str(notification.public_id), incident=str(incident.public_id), kind=incident.kind, severity=incident.severity,
        subject=incident.subject, opened_at=incident.opened_at.astimezone(UTC).isoformat(timespec="seconds"),
        link=f"{settings.PUBLIC_ADDRESS}/admin/mlops/incident/{incident.public_id}/",
    )  # fmt: skip


def _send(notification: Notification) -> None:
    channel = notification.channel
    if not channel.is_on:
        msg = "The channel was switched off."
        raise NotDeliveredError(msg, permanent=True)
    NOTIFIERS[channel.kind].send(note_of(notification), receiver_of(channel, address=notification.address))
