"""Messages after their answer: those that were not worked on are worked on again, in order, and the old ones are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_the_system
from clinical.models import EhrClient
from predictions.hl7v2.receiving import work
from predictions.models.inbound_message import InboundMessage, MessageState

OPEN = (MessageState.RECEIVED, MessageState.FAILED)
_BY_ITSELF = timedelta(days=1)
_LEFT_ALONE = timedelta(minutes=1)  # whoever took it in may be at it


def replay(*, client: EhrClient | None = None, also_refused: bool = False) -> Iterator[tuple[str, str]]:
    """Each message's number and its answer. What was accepted is never touched; each is looked at in its turn."""
    waiting = InboundMessage.objects.filter(state__in=(*OPEN, MessageState.REFUSED) if also_refused else OPEN)
    return _worked_on(waiting.filter(client=client) if client else waiting)


def replay_lately() -> Iterator[tuple[str, str]]:
    """The same of what came within a day: a fault that lasts longer needs somebody to look at it."""
    now = timezone.now()
    return _worked_on(
        InboundMessage.objects.filter(
            state__in=OPEN, received_at__gt=now - _BY_ITSELF, received_at__lt=now - _LEFT_ALONE, client__is_active=True
        )
    )


def forget_old() -> int:
    """Empty the messages that are old enough; what became of each stays told. One that was never carried out is kept."""
    old = timezone.now() - timedelta(days=settings.HL7_KEEP_DAYS)
    with scope_of_the_system():
        found = InboundMessage.objects.filter(received_at__lt=old, forgotten_at__isnull=True).exclude(state__in=OPEN)
        count = found.update(raw=b"", forgotten_at=timezone.now())
        if count:
            audit.record(actor=None, verb="hl7.forgotten", detail={"messages": count})
    return count


def _worked_on(messages: QuerySet[InboundMessage]) -> Iterator[tuple[str, str]]:
    with scope_of_the_system():
        ids = list(messages.filter(forgotten_at__isnull=True).order_by("id").values_list("pk", flat=True))
    for message_id in ids:
        with scope_of_the_system():
            kept = InboundMessage.objects.select_related("client__user").get(pk=message_id)
        yield str(kept.public_id), work(kept).code
