"""What the outbox brings to the life of models, beside the register's and the notifications' own messages."""

from __future__ import annotations

import structlog

from clinical import outbox
from clinical.models import Message
from mlops import releases
from predictions.models import ModelStatus, ModelVersion

AUTOMATIC = "model.promote_automatically"
log = structlog.get_logger(__name__)


@outbox.handles(AUTOMATIC)
def promote_automatically(message: Message) -> None:
    """A candidate that passed the gate, where the deployment asks for nobody's word; decided meanwhile, it is left alone."""
    version = ModelVersion.objects.get(public_id=message.subject)
    if version.status == ModelStatus.CANDIDATE:
        releases.promote_automatically(version)
    log.info("automatic promotion", version=version.number, status=version.status)
