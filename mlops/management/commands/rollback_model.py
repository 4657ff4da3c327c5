"""The version that was in office before, at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.models import User
from clinical.models.staff import Role
from mlops import releases
from mlops.errors import OperationError

MAY_ROLL_BACK = frozenset({Role.APPROVER, Role.ADMINISTRATOR})


class Command(BaseCommand):
    """See the module."""

    help = "Make the version the champion that was in office before this one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the approver or administrator who decides it")
        parser.add_argument("--reason", required=True, help="why, in words; it stays with the tenure")

    def handle(self, *args: Any, **options: Any) -> None:
        who = User.objects.filter(username=options["by"]).first()
        if who is None or not who.roles & MAY_ROLL_BACK:
            msg = f"{options['by']} is neither a model approver nor an administrator."
            raise CommandError(msg)
        try:
            version = releases.rollback(by=who, reason=options["reason"])
        except OperationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} is the champion again.")
