"""What must hold of a model exactly: a score is the sum of its parts, and the golden rows score as its file says they do."""

from __future__ import annotations

import numpy as np

from predictions.engines.base import Matrix, Vector
from predictions.engines.calibrated import CalibratedModel
from predictions.engines.container import header_of
from predictions.features.golden import golden_matrix


def additivity_error(model: CalibratedModel, matrix: Matrix, scores: Vector) -> float:
    """The largest distance of a score from its base and parts, and of the explained score from the plain one."""
    explained = model.explained(matrix)
    added = explained.base_probability + explained.parts.sum(axis=1)
    return float(max(np.abs(added - explained.probabilities).max(), np.abs(explained.probabilities - scores).max()))


def golden_error(model: CalibratedModel, artefact: bytes) -> float:
    """The largest distance of a golden row's score, made the way that patients are scored, from the one in the file."""
    header, _body = header_of(artefact)
    return float(np.abs(model.explained(golden_matrix()).probabilities - np.array(header["golden"])).max())
