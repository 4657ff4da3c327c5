"""The Celery application: `celery -A config worker` and `celery -A config beat`."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("wardlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_kwargs: object) -> None:
    """Celery would install its own text handlers; Django's JSON ones are already in place."""


@worker_process_init.connect
def watch_the_champion(**_kwargs: object) -> None:
    """Each process of the pool scores by itself. It loads a champion with its first score: not every one ever scores."""
    from predictions import champion_watch  # noqa: PLC0415  whoever only queues tasks loads no engine

    champion_watch.start(role="worker", loads_at_once=False)
