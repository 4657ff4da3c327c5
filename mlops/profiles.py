"""What a set of encounters looks like to a model, in numbers that can be stored and held against another set later.

Pure. A profile holds shares and never a row: each feature's values in a few bins, its share missing, the scores in bins.
Another set is profiled in the bins of the first (`like`), and `psi` says how far the two lie apart. The value of a code is a
bin of its own where it is common, so that a change of coding is seen; a number's bins are its tenths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from predictions.features import schema

Profile: TypeAlias = Mapping[str, Any]  # of a whole set: see profile_of
Binned: TypeAlias = Mapping[str, Any]  # of one feature, or of the scores: edges, shares, missing, mean
Vector: TypeAlias = npt.NDArray[np.float64]

BINS = 10
FORMAT = 1
# the drift metric that this product was first described with: of scores whose odds are eight times too high, those above 0.6
REFERENCE_WEIGHT, REFERENCE_THRESHOLD = 8.0, 0.6
_COMMON_CODE = 0.02  # share from which on a code has a bin of its own
_LEAST_SHARE = 1e-4  # of a bin that is empty on one side, so that its logarithm exists


def profile_of(matrix: Vector, scores: Vector, *, like: Profile | None = None) -> dict[str, Any]:
    """`matrix` is what is read of the record (before any encoding), `scores` the probabilities of the same rows.

    {"format", "rows", "features": {name: {"edges", "shares", "missing", "mean"}}, "scores": the same, "reference_above"}
    """
    names = schema.names()
    columns = zip(names, schema.categories()[: len(names)], matrix.T, strict=True)
    told: Mapping[str, Binned] = like["features"] if like else {}
    return {
        "format": FORMAT,
        "rows": len(scores),
        "features": {name: binned(values, edges=_known(told.get(name)), is_code=is_code) for name, is_code, values in columns},
        "scores": binned(scores, edges=_known(like["scores"] if like else None)),
        "reference_above": reference_above(scores),
    }


def binned(values: Vector, *, edges: Sequence[float] | None = None, is_code: bool = False) -> dict[str, Any]:
    """Shares of all rows by bin (edge < value <= next edge) and missing; together they are 1."""
    known = values[~np.isnan(values)]
    inner = list(edges) if edges is not None else _edges(known, is_code=is_code)
    counts = np.bincount(np.searchsorted(inner, known, side="left"), minlength=len(inner) + 1)
    rows = max(1, len(values))
    return {
        "edges": inner,
        "shares": [float(count) / rows for count in counts],
        "missing": (len(values) - len(known)) / rows,
        "mean": float(known.mean()) if known.size else None,
    }


def psi(reference: Binned, observed: Binned) -> float:
    """The population stability index of two sets in the same bins; missing is a bin too. 0 is the same, 0.25 is far apart."""
    expected, seen = (np.maximum([*one["shares"], one["missing"]], _LEAST_SHARE) for one in (reference, observed))
    return float(((seen - expected) * np.log(seen / expected)).sum())


def ks(reference: Binned, observed: Binned) -> float:
    """The largest distance of the two cumulative distributions at the bins' edges, of what is not missing."""
    ours, theirs = (np.cumsum(one["shares"]) / max(sum(one["shares"]), _LEAST_SHARE) for one in (reference, observed))
    return float(np.abs(ours - theirs).max())


def reference_above(scores: Vector) -> float:
    """The share above 0.6 when each score's odds are multiplied by eight, as the reference settings leave them."""
    if not scores.size:
        return 0.0
    heavier = REFERENCE_WEIGHT * scores
    return float((heavier / (1 - scores + heavier) > REFERENCE_THRESHOLD).mean())


def drift_between(reference: Profile, observed: Profile) -> dict[str, Any]:
    """How far one set lies from another that was profiled in its bins: each feature that both have."""
    both = [name for name in reference["features"] if name in observed["features"]]
    features = {name: _drift(reference["features"][name], observed["features"][name]) for name in both}
    return {
        "rows": {"reference": reference["rows"], "observed": observed["rows"]},
        "features": features,
        "scores": _drift(reference["scores"], observed["scores"]),
        "reference_above": {"reference": reference["reference_above"], "observed": observed["reference_above"]},
    }


def _drift(reference: Binned, observed: Binned) -> dict[str, Any]:
    return {
        "psi": psi(reference, observed),
        "ks": ks(reference, observed),
        "mean": {"reference": reference["mean"], "observed": observed["mean"]},
        "missing": {"reference": reference["missing"], "observed": observed["missing"]},
    }


def _known(told: Binned | None) -> Sequence[float] | None:
    return told["edges"] if told else None


def _edges(values: Vector, *, is_code: bool) -> list[float]:
    if not values.size:
        return []
    if is_code:
        found, counts = np.unique(values, return_counts=True)
        common = found[counts >= _COMMON_CODE * len(values)]
        return sorted({float(end) for value in common for end in (value - 0.5, value + 0.5)})
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        return [float(low + high) / 2 for low, high in pairwise(distinct)] or [float(distinct[0])]
    return [float(edge) for edge in np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))]
