"""The file of a model: a line that says what it is, a line of JSON, and the learner's own bytes.

Nothing is parsed before the file's SHA-256 is the recorded one, and no tree before the feature schema is ours.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from predictions.engines.base import Engine, Vector
from predictions.engines.boosted import BoostedTrees
from predictions.engines.calibrated import CalibratedModel, Calibration
from predictions.errors import ArtefactRefusedError, SchemaMismatchError, SelfTestFailedError
from predictions.features import schema
from predictions.features.golden import golden_matrix

_FIRST_LINE = b"wardlight model 1"
_ENGINES: dict[str, type[Engine]] = {BoostedTrees.name: BoostedTrees}
_GOLDEN_TOLERANCE = 1e-5  # of single-precision trees on another processor


@dataclass(frozen=True)
class _Header:
    engine: str
    feature_schema: str
    slope: float
    intercept: float
    golden: list[float]
    length: int


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pack(model: CalibratedModel) -> bytes:
    """The model as one file, with its scores for the golden rows."""
    trees = model.engine.to_bytes()
    header = _Header(
        engine=model.engine.name,
        feature_schema=schema.schema_hash(),
        slope=model.calibration.slope,
        intercept=model.calibration.intercept,
        golden=[round(float(score), 9) for score in model.probabilities(golden_matrix())],
        length=len(trees),
    )
    return b"\n".join((_FIRST_LINE, json.dumps(vars(header)).encode(), trees))


def unpack(data: bytes, *, sha256: str, feature_schema: str) -> CalibratedModel:
    """The model of a file, checked: digest, schema, structure, and the recorded scores of the golden rows."""
    if sha256_of(data) != sha256:
        msg = "The model's file is not the one that was recorded: its SHA-256 differs."
        raise ArtefactRefusedError(msg)
    if feature_schema != schema.schema_hash():
        raise SchemaMismatchError
    header, trees = _parts(data)
    if header.feature_schema != feature_schema:
        raise SchemaMismatchError
    model = CalibratedModel(_engine(header, trees), Calibration(header.slope, header.intercept))
    _self_test(model, np.array(header.golden))
    return model


def _parts(data: bytes) -> tuple[_Header, bytes]:
    first, _, rest = data.partition(b"\n")
    if first != _FIRST_LINE:
        msg = "The file does not begin as a model of this software does."
        raise ArtefactRefusedError(msg)
    line, _, trees = rest.partition(b"\n")
    try:
        fields: dict[str, Any] = json.loads(line)
        header = _Header(**fields)
    except (ValueError, TypeError) as error:
        msg = "The model's header cannot be read."
        raise ArtefactRefusedError(msg) from error
    if header.length != len(trees):
        msg = f"The model's trees were cut: {len(trees):,} of {header.length:,} bytes."
        raise ArtefactRefusedError(msg)
    return header, trees


def _engine(header: _Header, trees: bytes) -> Engine:
    if header.engine not in _ENGINES:
        msg = f"This software has no engine called {header.engine!r}."
        raise ArtefactRefusedError(msg)
    return _ENGINES[header.engine].from_bytes(trees, categories=schema.categories())


def _self_test(model: CalibratedModel, golden: Vector) -> None:
    scores = model.explained(golden_matrix()).probabilities  # the way that patients are scored
    if golden.shape != scores.shape or not np.allclose(scores, golden, rtol=0, atol=_GOLDEN_TOLERANCE):
        raise SelfTestFailedError
