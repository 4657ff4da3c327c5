"""Walk the audit chain from the command line, and hold it against a head that was kept elsewhere."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinical import audit
from clinical.models import AuditEvent


class Command(BaseCommand):
    """See the module."""

    help = "Recompute every hash of the audit log; exit 1 when it is broken or an earlier head is gone. Prints the head."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--expect-head", metavar="HASH", help="a head printed earlier and kept outside the database")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = audit.verify()
        # a chain cannot see that its own tail was cut: only a head from outside can
        expected = options["expect_head"]
        is_head_kept = expected is None or AuditEvent.objects.filter(hash=expected.lower()).exists()
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(report), "intact": report.intact, "expected_head_found": is_head_kept}))
        if not report.intact:
            msg = f"The audit log is broken at row {report.broken_at} of {report.rows}."
            raise CommandError(msg)
        if not is_head_kept:
            msg = f"The audit log is intact, but the expected head is not in it: rows were cut off. {report.rows} rows remain."
            raise CommandError(msg)
        if not options["json"]:
            self.stdout.write(f"{report.rows} audit rows, intact. Head: {report.head_hash or 'none'}")
