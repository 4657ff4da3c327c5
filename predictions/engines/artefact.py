"""A model as one file, and back: what is in its sections, and what must hold before anybody is scored with it.

The order of the checks is the point. The digest of the whole file, the recorded schema, the first line, the header, its
schema, the digest of each section and the learner's name come first; only then does a learner read its own section,
which begins with that learner's mark. Last, the model must give the scores of the golden rows that travel with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np

from predictions.engines.base import Vector
from predictions.engines.calibrated import CalibratedModel, Calibration, categories_with
from predictions.engines.container import header_of, sections_of, sha256_of, written
from predictions.engines.registry import engine_called
from predictions.engines.spread import TreeSpread
from predictions.errors import ArtefactRefusedError, SchemaMismatchError, SelfTestFailedError
from predictions.features import schema
from predictions.features.encodings import Encoder
from predictions.features.golden import golden_matrix

__all__ = ["pack", "sha256_of", "unpack"]

ENGINE, CALIBRATION, ENCODER, SPREAD = "engine", "calibration", "encoder", "spread"
_NEEDED, _KNOWN = {ENGINE, CALIBRATION}, {ENGINE, CALIBRATION, ENCODER, SPREAD}
_FIELDS = {"engine", "feature_schema", "golden", "sections"}
_GOLDEN_TOLERANCE = 1e-5  # of single-precision arithmetic on another processor


@dataclass(frozen=True)
class _Header:
    engine: str
    feature_schema: str
    golden: list[float]


def pack(model: CalibratedModel) -> bytes:
    """The model as one file, with its scores for the golden rows."""
    sections = {ENGINE: model.engine.to_bytes(), CALIBRATION: json.dumps(asdict(model.calibration)).encode()}
    if model.encoder is not None:
        sections[ENCODER] = model.encoder.to_json()
    if model.spread is not None:
        sections[SPREAD] = model.spread.to_bytes()
    header = _Header(
        engine=model.engine.name,
        feature_schema=schema.schema_hash(),
        golden=[round(float(score), 9) for score in model.probabilities(golden_matrix())],
    )
    return written(asdict(header), sections)


def unpack(data: bytes, *, sha256: str, feature_schema: str) -> CalibratedModel:
    """The model of a file that passed every check of this module; see its docstring."""
    if sha256_of(data) != sha256:
        msg = "The model's file is not the one that was recorded: its SHA-256 differs."
        raise ArtefactRefusedError(msg)
    if feature_schema != schema.schema_hash():
        raise SchemaMismatchError
    raw, body = header_of(data)
    header = _header(raw)
    if header.feature_schema != feature_schema:
        raise SchemaMismatchError
    model = _model(header, _checked(sections_of(raw, body)))
    _self_test(model, np.array(header.golden))
    return model


def _header(raw: Mapping[str, Any]) -> _Header:
    golden = raw.get("golden")
    texts = isinstance(raw.get("engine"), str) and isinstance(raw.get("feature_schema"), str)
    numbers = isinstance(golden, list) and all(isinstance(score, float) for score in golden)
    if raw.keys() != _FIELDS or not texts or not numbers:
        msg = "The model's header cannot be read."
        raise ArtefactRefusedError(msg)
    return _Header(engine=raw["engine"], feature_schema=raw["feature_schema"], golden=raw["golden"])


def _checked(sections: Mapping[str, bytes]) -> Mapping[str, bytes]:
    if not sections.keys() >= _NEEDED or not sections.keys() <= _KNOWN:
        msg = f"The model's file has the sections {', '.join(sorted(sections))}, which is not what makes a model."
        raise ArtefactRefusedError(msg)
    return sections


def _model(header: _Header, sections: Mapping[str, bytes]) -> CalibratedModel:
    learner = engine_called(header.engine)
    encoder = Encoder.from_json(sections[ENCODER]) if ENCODER in sections else None
    categories = categories_with(encoder)
    return CalibratedModel(
        engine=learner.from_bytes(sections[ENGINE], categories=categories),
        calibration=_calibration(sections[CALIBRATION]),
        encoder=encoder,
        spread=TreeSpread.from_bytes(sections[SPREAD], features=len(categories)) if SPREAD in sections else None,
    )


def _calibration(data: bytes) -> Calibration:
    try:
        calibration = Calibration(**json.loads(data))
        readable = isfinite(calibration.slope) and isfinite(calibration.intercept)
    except (ValueError, TypeError) as error:
        msg = "The model's calibration cannot be read."
        raise ArtefactRefusedError(msg) from error
    if not readable:
        msg = "The model's calibration is not a line of finite numbers."
        raise ArtefactRefusedError(msg)
    return calibration


def _self_test(model: CalibratedModel, golden: Vector) -> None:
    scores = model.explained(golden_matrix()).probabilities  # the way that patients are scored
    if golden.shape != scores.shape or not np.allclose(scores, golden, rtol=0, atol=_GOLDEN_TOLERANCE):
        raise SelfTestFailedError
