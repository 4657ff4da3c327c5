"""`score_all` and `score_one`: many encounters from the command line, and one in process."""

from __future__ import annotations

from bench.databases import Database
from bench.figures import Figure, Target
from bench.world import World, say

SECONDS = Target(at_most=30)
MEGABYTES = Target(at_most=1500)
MILLISECONDS = Target(at_most=6)
OF_FEATURES = Target(at_most=5)
ENCOUNTERS_PER_RUN = 300
WARM_UP = 50


def measure_all(world: World) -> list[Figure]:
    """Each run promotes a version that has scored nobody yet, in a database where everybody has an older score."""
    times, sizes, walks = [], [], []
    for number in range(world.runs):
        walks.append([world.scored.probe("bare_contributions")["seconds"]])
        with world.scored.copy("score") as database:
            _promote_a_twin(database)
            done = database.manage("score_all")
        times.append([done.seconds])
        sizes.append([done.peak_bytes / 1e6])
        say(f"score_all, run {number + 1}: {done.seconds:.1f} s, {done.peak_bytes / 1e6:.0f} MB")
    said = done.output.strip().splitlines()[-1].partition(" (")[0]
    return [
        Figure(
            "score_all", f"score_all with explanations stored: {said}", "s", times, SECONDS,
            reference=walks, reference_what="xgboost's pred_contribs over the same matrix, nothing stored",
        ),
        Figure("score_all_memory", "most memory held by score_all", "MB", sizes, MEGABYTES),
    ]  # fmt: skip


def measure_one(world: World) -> list[Figure]:
    """One process, one encounter after another; each run ends with the reference on the same rows."""
    with world.scored.copy("score") as database:
        _promote_a_twin(database)
        found = database.probe("score_one", runs=world.runs, encounters=ENCOUNTERS_PER_RUN, warm_up=WARM_UP)
    say(f"score_one: {ENCOUNTERS_PER_RUN} encounters in each of {world.runs} runs after {WARM_UP} to warm up")
    return [
        Figure(
            "score_one", "history, features, score, factors in words", "ms", found["thought"], MILLISECONDS,
            reference=found["bare"], reference_what="inplace_predict and pred_contribs of the finished row",
        ),
        Figure(
            "score_one_stored", "scoring.score: the same, stored, listed, audited, committed", "ms", found["stored"],
            reference=found["bare"], reference_what="as above",
        ),
        Figure(
            "features_one", "all columns of one row, from what was read of the patient", "ms", found["built"], OF_FEATURES,
            reference=found["bare"], reference_what="as above",
        ),
    ]  # fmt: skip


def _promote_a_twin(database: Database) -> None:
    """A champion with the same trees and another number: every score it makes is a new row."""
    with database.as_superuser() as link, link.transaction():
        row = link.execute(_COPIED).fetchone()
        columns = str(row[0]) if row else ""
        link.execute("UPDATE predictions_modelversion SET status = 'retired' WHERE status = 'champion'")
        link.execute(
            f"INSERT INTO predictions_modelversion (public_id, number, status, {columns})"  # noqa: S608  our own columns
            f" SELECT gen_random_uuid(), (SELECT max(number) FROM predictions_modelversion) + 1, 'champion', {columns}"
            " FROM predictions_modelversion WHERE status = 'retired' ORDER BY number DESC LIMIT 1"
        )


_COPIED = """
SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
WHERE attrelid = 'predictions_modelversion'::regclass AND attnum > 0 AND NOT attisdropped
AND attname NOT IN ('id', 'public_id', 'number', 'status')
"""
