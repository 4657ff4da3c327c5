"""Rows of the features table: the matrix with its encounter and the definition it was made by, and back again."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from mlops.store.tables import ENCOUNTER_ID, SCHEMA_HASH, SCHEMA_VERSION
from predictions.features import schema
from predictions.features.building import Matrix, compute, refusals


def feature_rows(encounters: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The features of those encounters that a model may read, and how many others there are. A missing value is null."""
    matrix = compute(encounters)
    keep = np.ones(len(matrix), dtype=np.bool_)
    keep[list(refusals(matrix))] = False
    features = pl.DataFrame(matrix[keep], schema=list(schema.names())).fill_nan(None)
    rows = encounters.select(ENCOUNTER_ID).filter(keep).hstack(features).with_columns(
        pl.lit(schema.schema_hash()).alias(SCHEMA_HASH), pl.lit(schema.VERSION).alias(SCHEMA_VERSION)
    )  # fmt: skip
    return rows, int((~keep).sum())


def matrix_of(rows: pl.DataFrame) -> Matrix:
    """The matrix that a model reads, from rows of this code's definition."""
    features = rows.select(pl.col(name).fill_null(float("nan")) for name in schema.names())
    return np.ascontiguousarray(features.to_numpy(), dtype=np.float64)


def digest(rows: pl.DataFrame) -> str:
    """Of the features and whose they are, whatever order the table gave them in."""
    ordered = rows.sort(ENCOUNTER_ID)
    sha256 = hashlib.sha256(schema.schema_hash().encode())
    sha256.update(ordered[ENCOUNTER_ID].to_numpy().astype("<i8").tobytes())
    matrix = matrix_of(ordered)
    sha256.update(np.where(np.isnan(matrix), np.nan, matrix + 0.0).astype("<f8").tobytes())
    return sha256.hexdigest()
