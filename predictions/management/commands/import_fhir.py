"""`manage.py import_fhir FILE...`: NDJSON as FHIR's Bulk Data export writes it, in the name of a registered system."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clinical.models import EhrClient
from predictions.fhir.caller import Resource

SHOWN = 20


class Command(BaseCommand):
    """See the module."""

    help = "Import FHIR R4 resources from NDJSON files: good lines are taken, refused ones told with their numbers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
        parser.add_argument("--client", required=True, help="name of the EHR client whose resources these are")
        parser.add_argument("--refused", type=Path, metavar="FILE", help="write each refused line's OperationOutcome there")

    def handle(self, *args: Any, **options: Any) -> None:
        from predictions.fhir.importing import import_files  # noqa: PLC0415  the models of FHIR are loaded by whoever reads it

        missing = [str(file) for file in options["files"] if not file.is_file()]
        client = EhrClient.objects.filter(name=options["client"], is_active=True).select_related("user").first()
        if missing or client is None:
            msg = f"{', '.join(missing)} is no file." if missing else f"No EHR client in use is named {options['client']}."
            raise CommandError(msg)
        with ExitStack() as stack:
            bar = stack.enter_context(tqdm(unit=" lines", file=sys.stderr, disable=None, leave=False))
            written = stack.enter_context(options["refused"].open("w")) if options["refused"] else None
            shown = 0

            def on_refused(outcome: Resource) -> None:
                nonlocal shown
                shown += 1
                if shown <= SHOWN:
                    self.stdout.write("; ".join(issue["diagnostics"] for issue in outcome["issue"]))
                if written:
                    written.write(json.dumps(outcome) + "\n")

            told = import_files(options["files"], client=client, on_refused=on_refused, on_line=lambda: bar.update(1))
        kinds = ", ".join(f"{count:,} {name}" for name, count in told.types.items()) or "nothing"
        said = f"{kinds}: {told.new:,} new, {told.changed:,} changed, {told.unchanged:,} unchanged; {told.refused:,} refused."
        self.stdout.write(said)
        if told.refused:
            msg = f"{told.refused:,} lines were refused; the others are taken."
            raise CommandError(msg)
