"""The hospital that is measured: filled step by step, each step once, and only as far as a bench asks for."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench.databases import PREFIX, BenchError, Database
from config.demo.data import FILE_NAME, PLACES
from config.embedded import running
from config.environment import VAR
from config.local import local_environment

FOLDER = VAR / "bench"
SYNTHETIC_ENCOUNTERS = 101_766
SEED = "42"
TABLE = "diabetic_data.csv"


@dataclass
class World:
    """Databases by how far they are filled. The same database goes from `loaded` through `ready` to `scored`."""

    main: Database
    runs: int
    synthetic_encounters: int
    dataset: Path | None

    @property
    def cohort(self) -> str:
        return f"the data set {self.dataset.name}" if self.dataset else f"a synthetic cohort of {self.synthetic_encounters:,}"

    @cached_property
    def source(self) -> Path:
        """The file that is loaded: the data set, or a synthetic cohort in its format."""
        if self.dataset:
            return self.dataset
        path = FOLDER / "cohort" / TABLE
        path.parent.mkdir(parents=True, exist_ok=True)
        count = str(self.synthetic_encounters)
        self.empty.manage("make_cohort", "--encounters", count, "--seed", SEED, "--csv", str(path))
        return path

    @cached_property
    def flat_table(self) -> Path:
        """The same rows as one plain csv file."""
        if not zipfile.is_zipfile(self.source):
            return self.source
        path = FOLDER / TABLE
        with zipfile.ZipFile(self.source) as packed:
            member = next(name for name in packed.namelist() if name.lower().endswith(TABLE))
            path.write_bytes(packed.read(member))
        return path

    @cached_property
    def empty(self) -> Database:
        database = Database(f"{PREFIX}_empty", self.main.servers, self.main.surroundings)
        say("an empty database")
        database.make()
        database.manage("prepare_database", "--verbosity", "0")
        return database

    @cached_property
    def loaded(self) -> Database:
        say(f"filling the database from {self.cohort}")
        self.main.make(template=self.empty.name)
        self.main.manage("load_diabetes130", str(self.source))
        return self.main

    @cached_property
    def ready(self) -> Database:
        database = self.loaded
        say("people and a champion")
        database.manage("make_demo_accounts", "--verbosity", "0")
        gate = [] if self.dataset else ["--gate", "demonstration"]
        database.manage("retrain", "--here", *gate)
        database.manage("approve_model", "--by", "approver", "--reason", "A champion for the bench.")
        return database

    @cached_property
    def scored(self) -> Database:
        database = self.ready
        done = database.manage("score_all")
        say(f"everybody scored for the first time, in {done.seconds:.1f} s")
        database.manage("collectstatic", "--noinput", "--verbosity", "0")
        database.tidy()
        return database


@contextmanager
def world(*, runs: int, synthetic_encounters: int) -> Iterator[World]:
    """Servers up, nothing of an earlier bench left over; at the end nothing of this one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running() as servers, _only_bench():
        # what the shell holds for the demonstration is not for here: the settings are those of a bare laptop
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("WARDLIGHT_", "DATABASE_", "REDIS_"))}
        with local_environment({**bare, "WARDLIGHT_DATABASE": PREFIX}) as local:
            surroundings = {
                **bare, **local, "DJANGO_SETTINGS_MODULE": "config.settings", "WARDLIGHT_LOG_LEVEL": "WARNING",
                "WARDLIGHT_ARTEFACTS": str(FOLDER / "artefacts"), "WARDLIGHT_LAKE": str(FOLDER / "lake"),
                "WARDLIGHT_TRAINING_STORE": str(FOLDER / "training"),
            }  # fmt: skip
            main = Database(PREFIX, servers, surroundings)
            built = World(main, runs=runs, synthetic_encounters=synthetic_encounters, dataset=_found())
            try:
                yield built
            finally:
                main.drop()
                if "empty" in built.__dict__:
                    built.empty.drop()
                shutil.rmtree(FOLDER, ignore_errors=True)


def say(what: str) -> None:
    """What is going on, beside the table rather than in it."""
    sys.stderr.write(f"  {what}\n")
    sys.stderr.flush()


@contextmanager
def _only_bench() -> Iterator[None]:
    with (VAR / "bench.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = "another bench is at work in this checkout"
            raise BenchError(msg) from None
        yield


def _found() -> Path | None:
    """The data set where it is asked for or usually lies; never a download."""
    named = os.environ.get("WARDLIGHT_DATASET")
    if named:
        return Path(named)
    return next((place / FILE_NAME for place in PLACES if (place / FILE_NAME).is_file()), None)
