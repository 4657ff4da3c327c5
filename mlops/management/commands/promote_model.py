"""Make a recorded version the champion."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.models import User
from clinical.models.staff import Role
from mlops import releases
from mlops.errors import OperationError
from predictions import champion
from predictions.models import ModelStatus, ModelVersion


class Command(BaseCommand):
    """See the module."""

    help = "Make a version the champion; without a number, the newest candidate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="?", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the model approver who takes the decision")

    def handle(self, *args: Any, **options: Any) -> None:
        approver = User.objects.filter(username=options["by"]).first()
        if approver is None or Role.APPROVER not in approver.roles:
            msg = f"{options['by']} is not a model approver."
            raise CommandError(msg)
        try:
            version = releases.promote(_version(options["number"]), by=approver)
        except OperationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} is the champion.")


def _version(number: int | None) -> ModelVersion:
    versions = ModelVersion.objects.filter(name=champion.NAME)
    wanted = versions.filter(status=ModelStatus.CANDIDATE) if number is None else versions.filter(number=number)
    version = wanted.order_by("-number").first()
    if version is None:
        msg = "There is no candidate to promote." if number is None else f"There is no version {number}."
        raise CommandError(msg)
    return version
