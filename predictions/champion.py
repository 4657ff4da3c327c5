"""The model that this process scores with: the champion that PostgreSQL names, vetted, and held in memory.

A new champion is vetted, loaded, tested and warmed beside the old one and then takes its place by one assignment, so that
no score is made half by one and half by the other. One that is refused leaves the old one in place, and says so as loudly
as a log and a probe can. In a process with a watch (champion_watch.py) requests only ever read the reference; elsewhere
whoever asks looks at the row, at most every few seconds.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.utils import timezone

from predictions import vetting
from predictions.bands import Band, band_of, bands_from
from predictions.engines.artefact import unpack
from predictions.engines.calibrated import CalibratedModel
from predictions.errors import ArtefactRefusedError, NoChampionError, NoSpreadError, PredictionError
from predictions.features.golden import golden_matrix
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion

NAME = MODEL_NAME
KEPT = 2  # the champion and the one before: going back loads nothing
LONGEST_PAUSE_SECONDS = 60.0
_FEW_GOLDEN_ROWS = 8
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Champion:
    """One version, ready to score. Everything in it belongs together and is never changed."""

    version_id: int
    public_id: UUID
    number: int
    feature_schema: str
    model: CalibratedModel
    bands: tuple[Band, ...]
    name: str
    artefact_sha256: str
    bands_sha256: str
    since: datetime

    def band_of(self, probability: float) -> Band:
        return band_of(probability, self.bands)

    def golden_mean(self) -> float:
        """What the held model says of a few golden rows at this moment, in one number."""
        return round(float(self.model.probabilities(golden_matrix()[:_FEW_GOLDEN_ROWS]).mean()), 9)


@dataclass(frozen=True)
class Refusal:
    """A version that PostgreSQL names and this process does not take, and when it will be tried again."""

    version_id: int
    number: int
    error: PredictionError
    at: datetime
    pause_seconds: float
    again_at: float  # of the monotonic clock

    @property
    def reason(self) -> str:
        return f"Version {self.number} is refused: {self.error}"


@dataclass(frozen=True)
class State:
    """What a probe is told."""

    holds: Champion | None
    refused: Refusal | None


def current() -> Champion:
    """The champion; NoChampionError, or the reason why the first one could not be loaded."""
    return _held.current()


def refresh() -> Champion:
    """Look at the row now, and take what it names; as `current` where nothing can be taken."""
    return _held.refresh()


def load(version: ModelVersion) -> Champion:
    """A version ready to score, or an error that says why it must not."""
    data = vetting.vetted(version)
    model = unpack(data, sha256=version.artefact_sha256, feature_schema=version.feature_schema_id)
    if model.spread is None:
        raise NoSpreadError
    model.scored(golden_matrix()[:1])  # the first score of a model takes longer: nobody shall wait for it
    return Champion(
        version_id=version.pk,
        public_id=version.public_id,
        number=version.number,
        feature_schema=version.feature_schema_id,
        model=model,
        bands=tuple(bands_from(version.bands)),
        name=version.name,
        artefact_sha256=version.artefact_sha256,
        bands_sha256=_digest_of(version.bands),
        since=timezone.now(),
    )


def state() -> State:
    """What is held and what was refused, as it stands; nothing is looked at."""
    return _held.state()


def reasons_not_ready() -> list[str]:
    """Why this process cannot score, for its readiness probe; empty when it can."""
    try:
        current()
    except PredictionError as error:
        return [str(error)]
    return []


def warnings() -> list[str]:
    """What the operator must know of a process that scores all the same."""
    refused = state().refused
    return [refused.reason] if refused else []


def watched(is_alive: Callable[[], bool]) -> None:
    """From now on a thread of this process looks at the row: requests do not, for as long as it is alive."""
    _held.is_watched = is_alive


def forget() -> None:
    """Hold nothing: the next score asks for the champion anew."""
    _held.forget()


class _Held:
    def __init__(self) -> None:
        self.is_watched: Callable[[], bool] = bool  # nobody watches
        self._state = State(None, None)
        self._asked_at = float("-inf")
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], Champion] = OrderedDict()

    def current(self) -> Champion:
        champion = self._state.holds
        if champion is None:
            return self.refresh()
        # one thread looks; while it loads, the others go on with what they hold
        if self._is_fresh() or self.is_watched() or self._lock.locked():
            return champion
        return self.refresh()

    def refresh(self) -> Champion:
        with self._lock:
            return self._look()

    def state(self) -> State:
        return self._state

    def forget(self) -> None:
        with self._lock:
            self._state, self._asked_at = State(None, None), float("-inf")
            self._kept.clear()

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._asked_at < settings.CHAMPION_POLL_SECONDS

    def _look(self) -> Champion:
        """The only place that writes the state, each time by one assignment."""
        version = ModelVersion.objects.filter(name=NAME, status=ModelStatus.CHAMPION).first()
        self._asked_at = time.monotonic()
        holds, refused = self._state.holds, self._state.refused
        if version is None:
            return self._without_a_champion(holds)
        if refused and refused.version_id == version.pk and time.monotonic() < refused.again_at:
            return self._or_raise(holds, refused.error)
        if holds is not None and _is(holds, version):
            self._state = State(holds, None)
            return holds
        try:
            holds = self._taken(version)
        except Exception as error:  # noqa: BLE001  whatever is wrong with a new version, the old one goes on
            return self._or_raise(holds, self._refuse(version, error))
        self._state = State(holds, None)
        return holds

    def _taken(self, version: ModelVersion) -> Champion:
        key = version.pk, version.signature
        kept = self._kept.get(key)
        if kept is None:
            kept = load(version)
            log.info("champion loaded", number=version.number, sha256=version.artefact_sha256)
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return replace(kept, since=timezone.now())

    def _refuse(self, version: ModelVersion, error: Exception) -> PredictionError:
        """The same version is tried again, after pauses that grow: its file may come back."""
        if not isinstance(error, PredictionError):
            error = ArtefactRefusedError(f"The model's version cannot be loaded: {type(error).__name__}.")
        holds, before = self._state.holds, self._state.refused
        pause = float(settings.CHAMPION_POLL_SECONDS)
        if before is not None and before.version_id == version.pk:
            pause = min(2 * before.pause_seconds, LONGEST_PAUSE_SECONDS)
        refusal = Refusal(version.pk, version.number, error, timezone.now(), pause, time.monotonic() + pause)
        self._state = State(holds, refusal)
        log.critical(
            "champion refused; the one before goes on" if holds else "champion refused; there is none to score with",
            number=version.number, held=holds.number if holds else None, code=error.code, reason=str(error),
        )  # fmt: skip
        return error

    def _without_a_champion(self, holds: Champion | None) -> Champion:
        if holds is None:
            raise NoChampionError
        log.critical("PostgreSQL names no champion; the one before goes on", held=holds.number)
        return holds

    @staticmethod
    def _or_raise(holds: Champion | None, error: PredictionError) -> Champion:
        if holds is None:
            raise type(error)(str(error))
        return holds


def _is(holds: Champion, version: ModelVersion) -> bool:
    return (holds.version_id, holds.artefact_sha256) == (version.pk, version.artefact_sha256)


def _digest_of(bands: object) -> str:
    return hashlib.sha256(json.dumps(bands, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


_held = _Held()
