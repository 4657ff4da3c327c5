"""What carries the outbox's messages to the register. A message that it does not take waits and is tried again."""

from __future__ import annotations

from clinical import outbox
from clinical.models import Message
from predictions.models import MODEL_NAME


@outbox.handles("registry.run")
def deliver_run(message: Message) -> None:
    """The subject is the public id of a run that has ended, or that waits for its approval."""
    from mlops.models import TrainingRun  # noqa: PLC0415  whoever leaves a message need not load what delivers it
    from mlops.register import choosing, mirroring  # noqa: PLC0415  as above

    run = TrainingRun.objects.select_related("version__feature_schema", "evidence").get(public_id=message.subject)
    mirroring.record(run, open_register=choosing.register)


@outbox.handles("registry.alias")
def deliver_alias(message: Message) -> None:
    """The subject is a model's name. What the aliases should be is asked of PostgreSQL now, not when the message was left."""
    from mlops.register import choosing, mirroring  # noqa: PLC0415  as above

    mirroring.agree(message.subject or MODEL_NAME, open_register=choosing.register)
