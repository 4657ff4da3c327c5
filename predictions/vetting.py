"""What a model's file must pass before a process that scores reads it: signature, digest, and a trial in a process of its own.

Nothing numeric is loaded here, so a page too may ask whether a version is fit to become champion.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import structlog

from predictions import artefacts, errors, signing
from predictions.engines.container import sha256_of
from predictions.errors import ArtefactRefusedError, PredictionError, TrialTimedOutError
from predictions.models import ModelVersion

TRIAL_SECONDS = 90
_ROOT = Path(__file__).resolve().parent.parent
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
log = structlog.get_logger(__name__)


def vetted(version: ModelVersion) -> bytes:
    """The version's file, which may now be unpacked; or an error that says why it must not be."""
    data = genuine(version)
    _trials.pass_or_refuse(data, sha256=version.artefact_sha256, feature_schema=version.feature_schema_id)
    return data


def genuine(version: ModelVersion) -> bytes:
    """The file that was recorded and signed, not tried: enough to go back in haste to a version that has been in office."""
    signing.verify(version)
    data = artefacts.store().get(version.artefact_sha256)
    if sha256_of(data) != version.artefact_sha256:
        msg = "The model's file is not the one that was recorded: its SHA-256 differs."
        raise ArtefactRefusedError(msg)
    return data


class _Trials:
    """Verdicts by digest: the same bytes and the same software give the same one, so each file is tried once a process."""

    def __init__(self) -> None:
        self._verdicts: dict[tuple[str, str], PredictionError | None] = {}
        self._lock = threading.Lock()

    def pass_or_refuse(self, data: bytes, *, sha256: str, feature_schema: str) -> None:
        with self._lock:  # one trial at a time: each takes a quarter of a gigabyte
            if (sha256, feature_schema) not in self._verdicts:
                self._verdicts[sha256, feature_schema] = _tried(data, sha256=sha256, feature_schema=feature_schema)
            refusal = self._verdicts[sha256, feature_schema]
        if refusal is not None:
            raise type(refusal)(str(refusal))


def _tried(data: bytes, *, sha256: str, feature_schema: str) -> PredictionError | None:
    try:
        done = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", "predictions.canary", sha256, feature_schema], input=data, capture_output=True,
            cwd=_ROOT, env={"PATH": os.defpath, **_ONE_THREAD}, timeout=TRIAL_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        # a busy machine may be to blame, so this is no verdict to keep
        raise TrialTimedOutError from error
    if done.returncode != 0:
        log.critical("a model's file ended the process that tried it", sha256=sha256, status=done.returncode)
        return ArtefactRefusedError(f"The model's file ended the process that tried it: {_ending(done.returncode)}.")
    return _refusal(done.stdout)


def _refusal(said: bytes) -> PredictionError | None:
    try:
        verdict = json.loads(said)
        name, reason = verdict["error"], verdict.get("reason")
    except (ValueError, TypeError, KeyError):
        return ArtefactRefusedError("The process that tried the model's file gave no verdict.")
    if not name:
        return None
    kind = getattr(errors, name, ArtefactRefusedError)
    return kind(reason) if issubclass(kind, PredictionError) else ArtefactRefusedError(reason)


def _ending(returncode: int) -> str:
    return signal.Signals(-returncode).name if returncode < 0 else f"status {returncode}"


_trials = _Trials()
