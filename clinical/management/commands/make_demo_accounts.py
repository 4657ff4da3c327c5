"""Make, or list, one account for each role of the demonstration."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinical import demo_accounts, demo_ehr
from clinical.errors import ClinicalError

COLUMNS = (15, 27, 24)


class Command(BaseCommand):
    """See the module."""

    help = "Make one account for each role, with a published password and second factor. Refused in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="print the accounts and make nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["list"]:
            try:
                demo_accounts.make()
            except ClinicalError as refused:
                raise CommandError(str(refused)) from None
        if options["verbosity"] > 0:
            self._print_table()

    def _print_table(self) -> None:
        self._line("user", "password", "role")
        for account in demo_accounts.ACCOUNTS:
            password = demo_accounts.PASSWORD if account.is_person else "none"
            self._line(account.username, password, f"{account.role.label}: {account.what}")
        self.stdout.write("")
        self.stdout.write(
            f"One-time code now: {demo_accounts.totp_code()} (changes every 30 seconds; each counts once a person)"
        )
        self.stdout.write(f"Authenticator app seed, the same for all: {demo_accounts.TOTP_SEED}")
        self.stdout.write(f"The EHR's client id and secret: {demo_ehr.CLIENT_ID} {demo_ehr.CLIENT_SECRET}")

    def _line(self, *cells: str) -> None:
        self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(cells, COLUMNS, strict=True)).rstrip())
