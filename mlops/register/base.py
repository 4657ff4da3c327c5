"""What a register of models has to be able to do, and what it is given to keep. Plain data, no vendor.

Every verb may be called twice with the same thing: the second call finds what the first one left, also where the first
was cut short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

# our ids, by which a run or a version is found again whatever number the register gave it
RUN_TAG = "wardlight.run"
VERSION_TAG = "wardlight.version"
NUMBER_TAG = "wardlight.number"
SHA256_TAG = "wardlight.sha256"
SIGNATURE_TAG = "wardlight.signature"
SIGNED_WITH_TAG = "wardlight.signed-with"

CANDIDATE, CHAMPION, PREVIOUS = "candidate", "champion", "previous"
ALIASES = (CANDIDATE, CHAMPION, PREVIOUS)


@dataclass(frozen=True)
class DataUsed:
    """Which data a run learned from: `digest` is its SHA-256, `profile` its description as JSON."""

    name: str
    digest: str
    profile: str


@dataclass(frozen=True)
class RunRecord:
    """A finished run as a reader of the register should find it. Counts and figures, never a row about a patient."""

    public_id: str
    title: str
    started_at: datetime
    ended_at: datetime
    succeeded: bool
    parameters: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    # by their path in the run: plots as SVG, the rest as JSON
    files: Mapping[str, bytes] = field(default_factory=dict)
    data: DataUsed | None = None


@dataclass(frozen=True)
class VersionRecord:
    """A version with its bytes; `run_id` is the register's own, from `record_run`."""

    public_id: str
    name: str
    number: int
    run_id: str
    artefact: bytes
    sha256: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    """A version as the register has it: its own number there, and what we said of it."""

    registered_as: str
    sha256: str


class ModelRegister(Protocol):
    """Runs, versions and aliases. Each failure to reach it is a RegisterUnavailableError."""

    def record_run(self, record: RunRecord) -> str:
        """Keep a run and return the register's id of it."""
        ...

    def register_version(self, record: VersionRecord) -> str:
        """Keep a version with its bytes and return the register's number of it."""
        ...

    def versions(self, name: str) -> dict[str, Registered]:
        """What is registered under `name`, by our public ids; versions that are not ours are left out."""
        ...

    def aliases(self, name: str) -> dict[str, str]:
        """Which of the register's numbers each alias points at."""
        ...

    def point(self, *, name: str, alias: str, registered_as: str) -> None:
        """Let an alias point at a version, whatever it pointed at before."""
        ...

    def unpoint(self, *, name: str, alias: str) -> None:
        """Take an alias away; one that is not there stays away."""
        ...
