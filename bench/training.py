"""`train` and `validate`: whole commands that learn from protocol C and judge on its held-out patients; beside one bare fit."""

from __future__ import annotations

from bench.figures import Figure, Target
from bench.world import FOLDER, World, say

SECONDS = Target(at_most=90)
MEGABYTES = Target(at_most=2000)
BARE = "one bare xgboost.train on the training rows of the database"


def measure_training(world: World) -> list[Figure]:
    """From matured outcomes to a recorded candidate with its figures."""
    return _timed(world, "train", "train_model: protocol C, every fit, figures with intervals, recorded", "train_model")


def measure_validation(world: World) -> list[Figure]:
    """Protocol C, seed 42, the default engine, no repeats, from the raw file."""
    command = ("validate_model", "--dataset", str(world.source), "--json", str(FOLDER / "validation.json"))
    return _timed(world, "validate", "validate_model: protocol C from the raw file, comparators on the same rows", *command)


def _timed(world: World, name: str, what: str, *command: str) -> list[Figure]:
    """The command fits for the calibration, for the model and for its spread, and draws intervals; the reference fits once."""
    database, times, sizes, fits = world.loaded, [], [], []
    for number in range(world.runs):
        fits.append([database.probe("bare_fit")["seconds"]])
        done = database.manage(*command)
        times.append([done.seconds])
        sizes.append([done.peak_bytes / 1e6])
        say(f"{name}, run {number + 1}: {done.seconds:.1f} s, {done.peak_bytes / 1e6:.0f} MB")
    return [
        Figure(name, what, "s", times, SECONDS, reference=fits, reference_what=BARE),
        Figure(f"{name}_memory", f"most memory held by {command[0]}", "MB", sizes, MEGABYTES),
    ]
