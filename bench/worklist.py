"""`worklist` and `worklist_10x`: the page a shift begins with, over HTTP, and what ten times the encounters cost it."""

from __future__ import annotations

from bench.figures import P95, Figure, Target, percentile_95
from bench.serving import Visitor, serving
from bench.tenfold import make_tenfold
from bench.world import World, say

MILLISECONDS = Target(at_most=40, judged=P95)
QUERIES = Target(at_most=12)
TIMES_AS_SLOW = 1.3
WARD, EVERYBODY, LIVE = "/worklist/", "/worklist/?view=all", "/health/live"
LIVE_WHAT = "/health/live on the same connection"
PAGES_PER_RUN = 200
WARM_UP = 60


def measure(world: World) -> list[Figure]:
    """A nurse of three units, signed in; the reference is asked for between the pages, on the same connection."""
    database = world.scored
    session = database.probe("session", paths=[WARD, EVERYBODY])
    with serving(database.environment()) as server:
        timed = _timed([(server.visitor(session["cookie"]), path) for path in (WARD, EVERYBODY, LIVE)], world.runs)
    say(f"worklist: {PAGES_PER_RUN} pages in each of {world.runs} runs after {WARM_UP} to warm up")
    ward, everybody, live = timed
    return [
        Figure("worklist", f"{WARD}: {session['units']} units, ward, by risk", "ms", ward, MILLISECONDS, live, LIVE_WHAT),
        Figure(
            "worklist_all", f"{EVERYBODY}: all encounters, first 50 by risk", "ms", everybody, MILLISECONDS, live, LIVE_WHAT
        ),
        Figure("worklist_queries", "SQL statements of the page that asks most", "", [[max(session["queries"])]], QUERIES),
    ]  # fmt: skip


def measure_tenfold(world: World) -> list[Figure]:
    """Both databases are served at once and asked in turn, so that whatever else the machine does falls on both."""
    cookie = world.scored.probe("session", paths=[])["cookie"]
    with world.scored.copy("tenfold") as large:
        say("ten times as many encounters")
        count = make_tenfold(large)
        with serving(world.scored.environment()) as one, serving(large.environment()) as ten:
            asked = [(server.visitor(cookie), path) for path in (WARD, EVERYBODY) for server in (one, ten)]
            timed = _timed(asked, world.runs)
    ward_one, ward_ten, all_one, all_ten = timed
    return [
        _tenfold("worklist_10x", f"{WARD} at {count:,} encounters", ward_ten, ward_one),
        _tenfold("worklist_all_10x", f"{EVERYBODY} at {count:,} encounters", all_ten, all_one),
    ]


def _tenfold(name: str, what: str, ten: list[list[float]], one: list[list[float]]) -> Figure:
    target = Target(at_most=TIMES_AS_SLOW * percentile_95(one), judged=P95)
    return Figure(name, what, "ms", ten, target, reference=one, reference_what="the same page at one tenth of them")


def _timed(asked: list[tuple[Visitor, str]], runs: int) -> list[list[list[float]]]:
    """For each visitor and path, the milliseconds of each run; they take turns page by page."""
    for _turn in range(WARM_UP):
        for visitor, path in asked:
            visitor.page(path)
    times: list[list[list[float]]] = [[[] for _run in range(runs)] for _asked in asked]
    for run in range(runs):
        for _turn in range(PAGES_PER_RUN):
            for place, (visitor, path) in enumerate(asked):
                times[place][run].append(visitor.milliseconds(path))
    return times
