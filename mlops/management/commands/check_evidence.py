"""Say whether a downloaded evidence pack is what was sealed; ends with 1 where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mlops.evidence_pack import check, manifest_of
from mlops.models import Evidence


class Command(BaseCommand):
    """See the module."""

    help = "Check a downloaded evidence pack against its seal, and its seal against the register's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            msg = f"{options['file']} cannot be read: {error.strerror}."
            raise CommandError(msg) from error
        faults = check(data)
        if faults:
            raise CommandError("\n".join(faults))
        told = manifest_of(data)
        self.stdout.write(f"Intact: evidence of {told['model']} v{told['version']}, run {told['run']}, seal {told['seal']}.")
        self.stdout.write(_beside_the_register(told))


def _beside_the_register(told: dict[str, Any]) -> str:
    """Whoever can rewrite a whole pack can seal it anew; the register's seal cannot be changed."""
    kept = Evidence.objects.filter(run__public_id=told["run"]).first()
    if kept is None:
        return "The register here has no such run; compare the seal with the hospital's."
    if kept.seal != told["seal"]:
        msg = f"The register has another seal for this run: {kept.seal or 'none'}."
        raise CommandError(msg)
    return "The register has the same seal."
