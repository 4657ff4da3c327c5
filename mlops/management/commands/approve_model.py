"""A model approver's word for a candidate, from the command line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.models import User
from mlops import releases
from mlops.errors import OperationError
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion


class Command(BaseCommand):
    """See the module."""

    help = "Approve a candidate on its sealed evidence and make it the champion; without a number, the newest one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="?", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the model approver who takes the decision")
        parser.add_argument("--reason", required=True, help="why, in words; it stays with the decision")

    def handle(self, *args: Any, **options: Any) -> None:
        approver = User.objects.filter(username=options["by"]).first()
        if approver is None:
            msg = f"There is no user {options['by']}."
            raise CommandError(msg)
        version = _version(options["number"])
        try:
            releases.approve(version, by=approver, reason=options["reason"])
        except OperationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} is the champion.")


def _version(number: int | None) -> ModelVersion:
    versions = ModelVersion.objects.filter(name=MODEL_NAME)
    wanted = versions.filter(status=ModelStatus.CANDIDATE) if number is None else versions.filter(number=number)
    version = wanted.order_by("-number").first()
    if version is None:
        msg = "There is no candidate to approve." if number is None else f"There is no version {number}."
        raise CommandError(msg)
    return version
