"""Databases of the bench's own, beside the demonstration's on the same servers: made, copied, measured in, dropped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from config.embedded import OWNER_ROLE, Servers
from config.environment import ROOT

PREFIX = "wardlight_bench"
KIBIBYTE = 1024


class BenchError(RuntimeError):
    """A step of the bench failed; the message holds what it said."""


@dataclass(frozen=True)
class Finished:
    """A process that ended well: how long it took from start to end, and the most memory it held."""

    seconds: float
    peak_bytes: int
    output: str


@dataclass(frozen=True)
class Database:
    """One database, and processes that work on it as a hospital's would."""

    name: str
    servers: Servers
    surroundings: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        return {**self.surroundings, **self.servers.as_environment(database=self.name)}

    def manage(self, *arguments: str) -> Finished:
        """One management command, its start included."""
        return run(["manage.py", *arguments], self.environment())

    def probe(self, name: str, *, role: str = "", **parameters: Any) -> Any:
        """What `bench.probes.<name>` measures inside a process of its own, of this role if one is named."""
        environment = {**self.environment(), **({"WARDLIGHT_ROLE": role} if role else {})}
        done = run(["-m", "bench.probes", name, json.dumps(parameters)], environment)
        return json.loads(done.output.splitlines()[-1])

    @contextmanager
    def as_superuser(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Past row-level security: for filling and tidying alone, never for what is measured."""
        with _superuser(self.servers, self.name) as link:
            yield link

    def tidy(self) -> None:
        """What autovacuum would have done by the time anybody works on rows that came in bulk."""
        with self.as_superuser() as link:
            link.execute("VACUUM (ANALYZE)")

    @contextmanager
    def copy(self, suffix: str) -> Iterator[Database]:
        """The same rows under another name, for as long as the block lasts."""
        other = Database(f"{PREFIX}_{suffix}", self.servers, self.surroundings)
        other.make(template=self.name)
        try:
            yield other
        finally:
            other.drop()

    def make(self, *, template: str = "template1") -> None:
        self.drop()
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(self.name), sql.Identifier(OWNER_ROLE), sql.Identifier(template)
        )
        self._elsewhere(statement)

    def drop(self) -> None:
        self._elsewhere(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def _elsewhere(self, statement: sql.Composed) -> None:
        with _superuser(self.servers, "postgres") as link:
            link.execute(statement)


def run(arguments: list[str], environment: Mapping[str, str]) -> Finished:
    """This interpreter in the checkout, to its end, timed."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        child = subprocess.Popen(  # noqa: S603  our own commands
            [sys.executable, *arguments], cwd=ROOT, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _pid, status, used = os.wait4(child.pid, 0)
        except KeyboardInterrupt:
            child.terminate()
            child.wait()
            raise
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if child.returncode != 0:
        msg = f"{' '.join(arguments[:3])} ended with status {child.returncode}:\n{text[-2000:]}"
        raise BenchError(msg)
    return Finished(seconds=seconds, peak_bytes=used.ru_maxrss * KIBIBYTE, output=text)


def _superuser(servers: Servers, database: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(host=str(servers.postgres_socket_folder), user="postgres", dbname=database, autocommit=True)
