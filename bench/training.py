"""`train`: the whole command, from matured outcomes to a recorded candidate with its figures; beside one bare fit."""

from __future__ import annotations

from bench.figures import Figure, Target
from bench.world import World, say

SECONDS = Target(at_most=90)


def measure(world: World) -> list[Figure]:
    """The command fits for the calibration, for the model and for its spread, and draws intervals; the reference fits once."""
    database, times, sizes, fits = world.loaded, [], [], []
    for number in range(world.runs):
        fits.append([database.probe("bare_fit")["seconds"]])
        done = database.manage("train_model")
        times.append([done.seconds])
        sizes.append([done.peak_bytes / 1e6])
        say(f"train, run {number + 1}: {done.seconds:.1f} s")
    return [
        Figure(
            "train", "train_model: protocol C, every fit, figures with intervals, recorded", "s", times, SECONDS,
            reference=fits, reference_what="one bare xgboost.train on the same rows",
        ),
        Figure("train_memory", "most memory held by train_model", "MB", sizes),
    ]  # fmt: skip
