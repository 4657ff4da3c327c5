"""The regular look whether the register agrees with PostgreSQL, and what is done where a message was given up."""

from __future__ import annotations

from django.utils import timezone

from clinical.models import Message
from mlops.models import TrainingRun
from mlops.models.run import IN_FLIGHT
from mlops.register import choosing, mirroring
from mlops.register.mirroring import Difference, OpenRegister
from predictions.models import MODEL_NAME, ModelVersion


def reconcile(*, all_runs: bool = False, open_register: OpenRegister = choosing.register) -> tuple[Difference, ...]:
    """Returns what differed. `all_runs`: also look for every run that ended without a version, which takes a request each."""
    names = sorted({MODEL_NAME, *ModelVersion.objects.values_list("name", flat=True).distinct()})
    found = [difference for name in names for difference in mirroring.agree(name, open_register=open_register)]
    if all_runs:
        for run in TrainingRun.objects.exclude(state__in=IN_FLIGHT).filter(version=None).order_by("pk"):
            mirroring.record(run, open_register=open_register)
    _settle_given_up(open_register)
    return tuple(found)


def _settle_given_up(open_register: OpenRegister) -> None:
    """A register that was away for longer than messages are tried again is told now what they would have told it."""
    given_up = Message.objects.filter(kind__startswith="registry.", dead_at__isnull=False, done_at__isnull=True)
    for message in given_up.order_by("pk"):
        if message.kind == "registry.run":
            run = TrainingRun.objects.filter(public_id=message.subject).first()
            if run is not None:
                mirroring.record(run, open_register=open_register)
        Message.objects.filter(pk=message.pk).update(done_at=timezone.now(), dead_at=None)
