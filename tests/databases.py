"""Databases of a test run: one for the tests that roll back, and copies of it for processes that commit."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

import psycopg
from psycopg import sql

from config.embedded import APPLICATION_ROLE, OWNER_ROLE, Servers
from config.environment import ROOT

MANAGE_SECONDS = 120


@dataclass(frozen=True)
class FreshDatabase:
    """A migrated, empty database of one test's own, reached as the processes of a hospital would reach it."""

    name: str
    servers: Servers

    def environment(self) -> dict[str, str]:
        lake = f"{os.environ['WARDLIGHT_LAKE']}/{self.name}"  # encounters are numbered by their database
        return {**os.environ, "WARDLIGHT_LAKE": lake, **self.servers.as_environment(database=self.name)}

    def link(self, *, role: str = APPLICATION_ROLE) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.servers.postgres_socket_folder), user=role, dbname=self.name, autocommit=True)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment(), capture_output=True, text=True,
            timeout=MANAGE_SECONDS, check=False,
        )  # fmt: skip


def make_database(servers: Servers, name: str, *, template: str | None = None) -> None:
    """Create database `name` of the owning role, empty or as a copy of `template`."""
    drop_database(servers, name)
    statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
    if template:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    _as_superuser(servers, statement)


def drop_database(servers: Servers, name: str) -> None:
    _as_superuser(servers, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _as_superuser(servers: Servers, statement: sql.Composed) -> None:
    with psycopg.connect(host=str(servers.postgres_socket_folder), user="postgres", dbname="postgres", autocommit=True) as link:
        link.execute(statement)
