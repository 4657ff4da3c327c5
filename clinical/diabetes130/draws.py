"""Repeatable chance: numbers between 0 and 1 that depend on a record's number and a purpose, on nothing else.

The same record draws the same number on every machine, in every run and in any order.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import polars as pl

Draws = npt.NDArray[np.float64]


def draw(keys: pl.Series, purpose: str) -> Draws:
    """One number in [0, 1) for each key."""
    return (_mixed(keys.to_numpy().astype(np.uint64), purpose) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def choice(keys: pl.Series, purpose: str, count: int) -> npt.NDArray[np.int64]:
    """One whole number from 0 to `count` - 1 for each key."""
    return np.floor(draw(keys, purpose) * count).astype(np.int64)


def weighted_choice(keys: pl.Series, purpose: str, weights: tuple[float, ...]) -> npt.NDArray[np.int64]:
    """The place of one of `weights` for each key, each as often as its weight says."""
    bounds = np.cumsum(np.asarray(weights, dtype=np.float64)) / sum(weights)
    places = np.searchsorted(bounds, draw(keys, purpose), side="right")
    return np.minimum(places, len(weights) - 1).astype(np.int64)


def _mixed(keys: npt.NDArray[np.uint64], purpose: str) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014), started from the purpose's own number."""
    start = np.uint64(int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], "big"))
    with np.errstate(over="ignore"):
        mixed = keys * np.uint64(0x9E3779B97F4A7C15) + start
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
