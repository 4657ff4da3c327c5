"""The features: defined once, as narwhals expressions over the encounter table, for one row or a hundred thousand."""

from predictions.features.building import build, build_one
from predictions.features.schema import FEATURES, definition, names, schema_hash

__all__ = ["FEATURES", "build", "build_one", "definition", "names", "schema_hash"]
