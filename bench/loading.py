"""`load`: the whole command, from reading the file to the commit; beside a bare COPY of the same rows."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import psycopg
from psycopg import sql

from bench.databases import Database
from bench.figures import Figure, Target
from bench.world import World, say

SECONDS = Target(at_most=15)


def measure(world: World) -> list[Figure]:
    """Each run loads into an empty database of its own."""
    flat, times, copies, sizes = world.flat_table, [], [], []
    for number in range(world.runs):
        with world.empty.copy("load") as database:
            copies.append([_bare_copy(database, flat)])
        with world.empty.copy("load") as database:
            done = database.manage("load_diabetes130", str(world.source))
            times.append([done.seconds])
            sizes.append([done.peak_bytes / 1e6])
        say(f"load, run {number + 1}: {done.seconds:.1f} s")
    return [
        Figure(
            "load", f"load_diabetes130 into an empty database, {_rows_of(flat):,} rows", "s", times, SECONDS,
            reference=copies, reference_what="COPY of the flat csv into one unlogged table of text",
        ),
        Figure("load_memory", "most memory held by load_diabetes130", "MB", sizes),
    ]  # fmt: skip


def _bare_copy(database: Database, flat: Path) -> float:
    url = database.environment()["DATABASE_OWNER_URL"]
    with flat.open("rb") as file, psycopg.connect(url) as link:
        names = file.readline().decode().strip().replace('"', "").split(",")
        columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in names)
        link.execute(sql.SQL("CREATE UNLOGGED TABLE flat ({})").format(columns))
        started = time.perf_counter()
        with link.cursor().copy("COPY flat FROM STDIN (FORMAT csv)") as copy:
            while part := file.read(1 << 20):
                copy.write(part)
        link.commit()
        return time.perf_counter() - started


def _rows_of(flat: Path) -> int:
    with flat.open(newline="") as file:
        return sum(1 for _row in csv.reader(file)) - 1
