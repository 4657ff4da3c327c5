"""Messages that were kept and not worked on, because a process died or something failed: they are worked on again, in order."""

from __future__ import annotations

from collections.abc import Iterator

from clinical.access import scope_of_the_system
from clinical.models import EhrClient
from predictions.hl7v2.receiving import work
from predictions.models.inbound_message import InboundMessage, MessageState

OPEN = (MessageState.RECEIVED, MessageState.FAILED)


def replay(*, client: EhrClient | None = None, also_refused: bool = False) -> Iterator[tuple[str, str]]:
    """Each message's number and its answer. What was accepted is never touched; each is looked at in its turn."""
    states = (*OPEN, MessageState.REFUSED) if also_refused else OPEN
    with scope_of_the_system():
        waiting = InboundMessage.objects.filter(state__in=states).order_by("id")
        ids = list(
            waiting.filter(client=client).values_list("pk", flat=True) if client else waiting.values_list("pk", flat=True)
        )
    for message_id in ids:
        with scope_of_the_system():
            kept = InboundMessage.objects.select_related("client__user").get(pk=message_id)
        yield str(kept.public_id), work(kept).code
