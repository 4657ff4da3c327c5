"""The features: defined once, as narwhals expressions over the encounter table, for one row or a hundred thousand."""

from predictions.features.building import build
from predictions.features.schema import FEATURES, definition, names, schema_hash

__all__ = ["FEATURES", "build", "definition", "names", "schema_hash"]
