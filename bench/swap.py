"""`swap`: the champion changes hands again and again while two api processes are asked over HTTP what they score with.

An answer is mixed when it is not wholly of one version: number, digests of file and bands, and the mean score of golden rows
that is computed for it. What a promotion leaves in PostgreSQL, and its word by Redis, are written by the bench itself, so
that a thousand of them fit; the rollback is the command that an operator types.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import redis

from bench.databases import BenchError, Database
from bench.figures import P95, Figure, Target
from bench.serving import OK, Server, Visitor, serving
from bench.world import World, say
from predictions.champion_news import CHANNEL

SWAPS = 1_000
VISITORS = 8
QUIET_SECONDS = 5.0
LONGEST_SECONDS = 30.0
ANSWERS_A_CONNECTION = 100  # then a new one, which may reach the other process
NONE = Target(at_most=0)
SECONDS = Target(at_most=10, judged=P95)
ROLLBACK_SECONDS = Target(at_most=5)
MEGABYTES = Target(at_most=280)


def measure(world: World) -> list[Figure]:
    """A server for each run: first the load alone, then the swaps under it, then one rollback."""
    errors, seconds, rates, quiet, rollbacks, sizes = [], [], [], [], [], []
    with world.ready.copy("swap") as database:
        versions = database.probe("two_versions")
        for number in range(world.runs):
            with serving({**database.environment(), "WARDLIGHT_ROLE": "api"}) as server:
                run = _Run(database, server, versions)
                run.measure()
                sizes.append([max(float(worker.memory_info().rss) for worker in server.workers) / 1e6])
            errors.append([float(run.crowd.failed + run.crowd.mixed)])
            seconds.append(run.seconds)
            rates.append([run.rate])
            quiet.append([run.quiet_rate])
            rollbacks.append([run.rollback_seconds])
            say(f"swap, run {number + 1}: {len(run.seconds):,} swaps, {run.crowd.answers:,} answers, {errors[-1][0]:.0f} bad")
    what = f"of all answers while the champion changed hands {SWAPS:,} times a run, with {VISITORS} visitors"
    return [
        Figure("swap", f"failed or mixed answers, {what}", "answers", errors, NONE),
        Figure("swap_seconds", "from a promotion's commit until every api process answers with it", "s", seconds, SECONDS),
        Figure(
            "swap_rollback", "manage.py rollback_model, its start included, until every process answers with it", "s",
            rollbacks, ROLLBACK_SECONDS,
        ),
        Figure(
            "swap_answers", "answers a second during the swaps", "1/s", rates, reference=quiet,
            reference_what="the same visitors while nothing changes",
        ),
        Figure("swap_memory", "RSS of the largest api worker after the swaps, two versions held", "MB", sizes, MEGABYTES),
    ]  # fmt: skip


# what a promotion leaves besides, and a rollback reads: who was in office before
_TENURE = """
INSERT INTO mlops_tenure (name, version_id, began_at, kind, reason)
SELECT name, id, now(), 'promotion', '' FROM predictions_modelversion WHERE id = %s
"""


@dataclass
class _Run:
    """One server, its visitors, and what was seen."""

    database: Database
    server: Server
    versions: dict[str, int]
    crowd: _Crowd = field(init=False)
    seconds: list[float] = field(default_factory=list)
    quiet_rate: float = 0.0
    rate: float = 0.0
    rollback_seconds: float = 0.0

    def measure(self) -> None:
        self.crowd = _Crowd(self.server)
        with self.crowd, self.database.as_superuser() as link:
            news = redis.Redis.from_url(self.database.servers.redis_url)
            for number in (*self.versions, *self.versions):  # both are loaded, and both are known, before anything counts
                self._into_office(link, news, number)
            self.crowd.known = set(self.crowd.told)
            self.quiet_rate = self._answers_a_second(lambda: time.sleep(QUIET_SECONDS))
            self.rate = self._answers_a_second(lambda: self._swap(link, news))
            self._into_office(link, news, max(self.versions))
            link.execute(_TENURE, [self.versions[max(self.versions)]])
            started = time.monotonic()
            self.database.manage("rollback_model", "--by", "approver", "--reason", "The bench takes it back.")
            self.rollback_seconds = self.crowd.all_tell(int(min(self.versions)), since=started)

    def _swap(self, link: Any, news: redis.Redis) -> None:
        numbers = list(self.versions)
        self.seconds = [self._into_office(link, news, numbers[swap % 2]) for swap in range(SWAPS)]

    def _into_office(self, link: Any, news: redis.Redis, number: str) -> float:
        with link.transaction():
            link.execute("UPDATE predictions_modelversion SET status = 'retired' WHERE status = 'champion'")
            link.execute("UPDATE predictions_modelversion SET status = 'champion' WHERE id = %s", [self.versions[number]])
        committed = time.monotonic()
        news.publish(CHANNEL, "changed")
        return self.crowd.all_tell(int(number), since=committed)

    def _answers_a_second(self, job: Any) -> float:
        before, started = self.crowd.answers, time.monotonic()
        job()
        return (self.crowd.answers - before) / (time.monotonic() - started)


class _Crowd:
    """Visitors who ask without a pause, and what each process told last."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.known: set[tuple[Any, ...]] = set()  # what may be told: of each version, all that belongs to it
        self.told: set[tuple[Any, ...]] = set()
        self.answers = self.failed = self.mixed = 0
        self._latest: dict[int, tuple[int, float]] = {}
        self._change = threading.Condition()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _number in range(VISITORS)]

    def __enter__(self) -> _Crowd:
        self._wait_until_ready()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_trouble: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def all_tell(self, number: int, *, since: float) -> float:
        """Seconds from `since` until every process has answered with this version, of those asked after `since`."""
        pids = {worker.pid for worker in self.server.workers}
        with self._change:
            if not self._change.wait_for(lambda: self._all_have_told(pids, number, since), timeout=LONGEST_SECONDS):
                msg = f"version {number} was not told by every process within {LONGEST_SECONDS:.0f} s: {self._latest}"
                raise BenchError(msg)
        return time.monotonic() - since

    def _all_have_told(self, pids: set[int], number: int, since: float) -> bool:
        latest = [self._latest.get(pid, (0, 0.0)) for pid in pids]
        return all(told == number and asked >= since for told, asked in latest)

    def _visit(self) -> None:
        while not self._is_over.is_set():
            visitor = self.server.visitor()
            for _number in range(ANSWERS_A_CONNECTION):
                if self._is_over.is_set() or not self._ask(visitor):
                    break
            visitor.link.close()

    def _ask(self, visitor: Visitor) -> bool:
        asked = time.monotonic()
        try:
            answer = json.loads(visitor.page("/health/model"))
        except (BenchError, OSError, http.client.HTTPException):
            with self._change:
                self.failed += 1
            return False
        told = tuple(answer[name] for name in ("name", "number", "sha256", "schema", "bands", "golden"))
        with self._change:
            self.answers += 1
            self.told.add(told)
            self.mixed += bool(self.known) and told not in self.known
            if asked >= self._latest.get(answer["pid"], (0, 0.0))[1]:
                self._latest[answer["pid"]] = answer["number"], asked
            self._change.notify_all()
        return True

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < deadline:
            link = self.server.visitor().link
            link.request("GET", "/health/ready")
            if link.getresponse().status == OK:
                return
            time.sleep(0.1)
        msg = "the api processes did not become ready"
        raise BenchError(msg)
