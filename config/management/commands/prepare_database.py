"""Migrate as the owner of the tables, then let the application's role use them and no more."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from psycopg import sql

APPEND_ONLY_TABLES = (
    "clinical_auditevent", "predictions_prediction", "predictions_featureschema", "mlops_decision", "mlops_tenure",
    "mlops_shadowscore", "mlops_shadowreport", "predictions_cdscard", "predictions_cdsfeedback",
)  # fmt: skip


class Command(BaseCommand):
    """See the module."""

    help = "Apply migrations as the owning role and grant the application's role what it may do."

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in connections:
            msg = "DATABASE_OWNER_URL is not set: migrations run as the role that owns the tables, not as the application."
            raise CommandError(msg)
        call_command("migrate", database="owner", interactive=False, verbosity=options["verbosity"])
        grant_to_application()
        if options["verbosity"]:
            self.stdout.write("Database is ready.")


def grant_to_application() -> None:
    """Rows may be read and written, append-only tables only added to; no table may be altered or emptied."""
    application = sql.Identifier(connections["default"].settings_dict["USER"])
    with connections["owner"].cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {0}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {0}",
            "REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM {0}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {0}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {0}",
        ):
            cursor.execute(sql.SQL(statement).format(application))
        for table in APPEND_ONLY_TABLES:
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {1} FROM {0}").format(application, sql.Identifier(table)))
