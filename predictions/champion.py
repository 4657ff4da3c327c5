"""The model that this process scores with: the champion that PostgreSQL names, checked, and held in memory.

The row is asked at most every few seconds. A new champion is loaded and tested beside the old one and then takes its
place by one assignment, so that no score is made half by one and half by the other. One that cannot be loaded leaves
the old one in place, and says so as loudly as a log can.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings

from predictions import artefacts
from predictions.bands import Band, band_of, bands_from
from predictions.engines.artefact import unpack
from predictions.engines.calibrated import CalibratedModel
from predictions.errors import NoChampionError, NoSpreadError, PredictionError
from predictions.models import MODEL_NAME, ModelStatus, ModelVersion

NAME = MODEL_NAME
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

    def band_of(self, probability: float) -> Band:
        return band_of(probability, self.bands)


def current() -> Champion:
    """The champion; NoChampionError, or the reason why the first one could not be loaded."""
    return _held.current()


def load(version: ModelVersion) -> Champion:
    """A version ready to score, or an error that says why it must not."""
    data = artefacts.store().get(version.artefact_sha256)
    model = unpack(data, sha256=version.artefact_sha256, feature_schema=version.feature_schema_id)
    if model.spread is None:
        raise NoSpreadError
    return Champion(
        version_id=version.pk,
        public_id=version.public_id,
        number=version.number,
        feature_schema=version.feature_schema_id,
        model=model,
        bands=tuple(bands_from(version.bands)),
    )


def reasons_not_ready() -> list[str]:
    """Why this process cannot score, for its readiness probe; empty when it can."""
    try:
        current()
    except PredictionError as error:
        return [str(error)]
    return []


def forget() -> None:
    """Hold nothing: the next score asks for the champion anew."""
    _held.forget()


class _Held:
    def __init__(self) -> None:
        self._champion: Champion | None = None
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> Champion:
        champion = self._champion
        if champion is not None and time.monotonic() - self._asked_at < settings.CHAMPION_POLL_SECONDS:
            return champion
        # one thread looks; while it loads, the others go on with what they hold
        if champion is not None and self._lock.locked():
            return champion
        with self._lock:
            return self._look()

    def forget(self) -> None:
        with self._lock:
            self._champion, self._asked_at = None, float("-inf")

    def _look(self) -> Champion:
        try:
            version = ModelVersion.objects.filter(name=NAME, status=ModelStatus.CHAMPION).first()
            if version is None:
                raise NoChampionError
            if self._champion is None or self._champion.version_id != version.pk:
                self._champion = load(version)
                log.info("champion loaded", number=version.number, sha256=version.artefact_sha256)
        except PredictionError as error:
            if self._champion is None:
                raise
            log.critical("champion could not be loaded; the one before goes on", held=self._champion.number, reason=str(error))
        self._asked_at = time.monotonic()
        return self._champion


_held = _Held()
