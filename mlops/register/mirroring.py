"""Making the register agree with PostgreSQL. The arrow points one way: what the register says never changes a row here.

One process at a time talks to the register, held by a lock of PostgreSQL's that a killed process lets go of; no transaction
is open meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from django.db import connection

from mlops import releases
from mlops.errors import NothingToRollBackError, RegisterUnavailableError
from mlops.models import TrainingRun
from mlops.register import records
from mlops.register.base import ALIASES, CANDIDATE, CHAMPION, PREVIOUS, ModelRegister
from predictions import artefacts
from predictions.engines.artefact import sha256_of
from predictions.errors import PredictionError
from predictions.models import ModelStatus, ModelVersion

_TURN = (7301, 31)
log = structlog.get_logger(__name__)
OpenRegister = Callable[[], ModelRegister | None]


@dataclass(frozen=True)
class Difference:
    """One thing in which the register did not agree; `mended` unless nothing could be done about it."""

    about: str
    was: str
    should_be: str
    mended: bool = True

    def __str__(self) -> str:
        return f"{self.about}: {self.was}, should be {self.should_be}" + ("" if self.mended else " (not mended)")


def record(run: TrainingRun, *, open_register: OpenRegister) -> str | None:
    """Record a run; returns the register's id of it, or None where there is no register."""
    register = open_register()
    if register is None:
        return None
    with _turn():
        return register.record_run(records.of_run(run))


def agree(name: str, *, open_register: OpenRegister) -> tuple[Difference, ...]:
    """Register the versions that are missing and point the aliases; returns what differed."""
    register = open_register()
    if register is None:
        return ()
    with _turn():
        found = (*_missing_versions(name, register, open_register), *_wrong_aliases(name, open_register() or register))
    for difference in found:
        log.warning("register differed", model=name, difference=str(difference), mended=difference.mended)
    return found


def aliases_of(name: str) -> dict[str, ModelVersion | None]:
    """What PostgreSQL says: the newest that waits for office, who holds it, and who would get it back."""
    versions = ModelVersion.objects.filter(name=name)
    waiting = versions.filter(status__in=(ModelStatus.CANDIDATE, ModelStatus.APPROVED)).order_by("-number").first()
    try:
        before = releases.version_before()
    except NothingToRollBackError:
        before = None
    return {CANDIDATE: waiting, CHAMPION: versions.filter(status=ModelStatus.CHAMPION).first(), PREVIOUS: before}


def _missing_versions(name: str, register: ModelRegister, open_register: OpenRegister) -> Iterator[Difference]:
    there = register.versions(name)
    # in the order of their numbers, so that an empty register gives them the same ones
    for version in ModelVersion.objects.filter(name=name).select_related("feature_schema").order_by("number"):
        known = there.get(str(version.public_id))
        if known is None:
            yield _register(version, open_register() or register)
        elif known.sha256 != version.artefact_sha256:
            yield Difference(f"digest of {version}", known.sha256, version.artefact_sha256, mended=False)


def _register(version: ModelVersion, register: ModelRegister) -> Difference:
    try:
        artefact = artefacts.store().get(version.artefact_sha256)
    except PredictionError as missing:
        return Difference(str(version), f"missing ({missing})", "registered", mended=False)
    if sha256_of(artefact) != version.artefact_sha256:
        return Difference(str(version), "missing (the stored file has another digest)", "registered", mended=False)
    run = getattr(version, "run", None)
    run_id = register.record_run(records.of_run(run) if run else records.of_lone_version(version))
    number = register.register_version(records.of_version(version, run_id=run_id, artefact=artefact))
    return Difference(str(version), "missing", f"registered ({number})")


def _wrong_aliases(name: str, register: ModelRegister) -> Iterator[Difference]:
    there, pointed, wanted = register.versions(name), register.aliases(name), aliases_of(name)
    for alias in ALIASES:
        version = wanted[alias]
        registered = there.get(str(version.public_id)) if version else None
        was, should_be = pointed.get(alias), registered.registered_as if registered else None
        if version and registered is None:
            yield Difference(f"alias {alias}", str(was), str(version), mended=False)
        elif was != should_be:
            _repoint(register, name, alias, should_be)
            yield Difference(f"alias {alias}", str(was), f"{should_be} ({version})")


def _repoint(register: ModelRegister, name: str, alias: str, registered_as: str | None) -> None:
    if registered_as is None:
        register.unpoint(name=name, alias=alias)
    else:
        register.point(name=name, alias=alias, registered_as=registered_as)


@contextmanager
def _turn() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _TURN)
        row = cursor.fetchone()
    if not (row and row[0]):
        msg = "Another process is telling the register; this is tried again."
        raise RegisterUnavailableError(msg)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", _TURN)
