"""`memory`: what a web worker holds after it has served pages; beside a worker of a Django that has no application."""

from __future__ import annotations

import re

from bench.databases import BenchError
from bench.figures import Figure, Target
from bench.serving import Server, serving
from bench.world import World, say

MEGABYTES = Target(at_most=120)
PAGES = 100
BARE = "RSS of a bare Django worker"
ENCOUNTER = re.compile(r'href="(/encounters/[0-9a-f-]{36}/)"')


def measure(world: World) -> list[Figure]:
    """A server for each run; of its workers the largest counts."""
    database = world.scored
    cookie = database.probe("session", paths=[])["cookie"]
    resident, own, bare = [], [], []
    for number in range(world.runs):
        with serving(database.environment()) as server:
            _read_pages(server, cookie)
            resident.append([_largest(server, "rss")])
            own.append([_largest(server, "pss")])
        with serving(database.environment(), application="bench.bare:application") as server:
            for _page in range(PAGES):
                server.visitor().page("/health/live")
            bare.append([_largest(server, "rss")])
        say(f"memory, run {number + 1}: {resident[-1][0]:.0f} MB")
    return [
        Figure("memory", f"RSS of the largest web worker after {4 * PAGES} pages", "MB", resident, MEGABYTES, bare, BARE),
        Figure("memory_shared_out", "PSS: shared pages counted in parts", "MB", own, None, bare, BARE),
    ]


def _read_pages(server: Server, cookie: str) -> None:
    """Every visit is a new connection, so that all workers and all their threads get some."""
    paths = ENCOUNTER.findall(server.visitor(cookie).page("/worklist/"))
    if not paths:
        msg = "the worklist shows no encounter"
        raise BenchError(msg)
    for number in range(PAGES):
        for path in ("/worklist/", "/worklist/?view=all", paths[number % len(paths)], "/health/ready"):
            server.visitor(cookie).page(path)


def _largest(server: Server, what: str) -> float:
    return max(float(getattr(worker.memory_full_info(), what)) for worker in server.workers) / 1e6
