"""`manage.py replay_hl7`: works on messages that were kept and not carried out."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from predictions.hl7v2.replaying import replay


class Command(BaseCommand):
    """See the module."""

    help = "Work on HL7 v2 messages that were kept and not carried out; safe to run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--refused", action="store_true", help="those that were refused, too: a ward may be granted by now")

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for message, code in replay(also_refused=options["refused"]):
            count += 1
            self.stdout.write(f"{message}: {code}")
        self.stdout.write(f"{count:,} messages worked on.")
