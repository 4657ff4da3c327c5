"""`validate`: every figure of the model from the raw file, with comparators, intervals and leak checks; beside one bare fit."""

from __future__ import annotations

from bench.figures import Figure, Target
from bench.world import FOLDER, World, say

SECONDS = Target(at_most=90)
MEGABYTES = Target(at_most=2000)


def measure(world: World) -> list[Figure]:
    """Protocol C, seed 42, the default engine, no repeats."""
    database, times, sizes, fits = world.loaded, [], [], []
    for number in range(world.runs):
        fits.append([database.probe("bare_fit")["seconds"]])
        written = str(FOLDER / "validation.json")
        done = database.manage("validate_model", "--protocol", "C", "--dataset", str(world.source), "--json", written)
        times.append([done.seconds])
        sizes.append([done.peak_bytes / 1e6])
        say(f"validate, run {number + 1}: {done.seconds:.1f} s, {done.peak_bytes / 1e6:.0f} MB")
    return [
        Figure(
            "validate", "validate_model: protocol C from the raw file, comparators on the same rows", "s", times, SECONDS,
            reference=fits, reference_what="one bare xgboost.train on the rows of the database",
        ),
        Figure("validate_memory", "most memory held by validate_model", "MB", sizes, MEGABYTES),
    ]  # fmt: skip
