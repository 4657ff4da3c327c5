"""Which version of the features belongs to which version of the raw table: said in the commit that completes them."""

from __future__ import annotations

from mlops.store.lake import Lake
from mlops.store.tables import FEATURES
from predictions.features import schema


def features_version(raw_version: int, *, lake: Lake) -> int | None:
    """The version of the features table that holds, by this code's definition, the features of a version of the raw one."""
    if not lake.holds(FEATURES):
        return None
    wanted = note_of(raw_version)
    return next((note["version"] for note in lake.notes(FEATURES) if wanted.items() <= note.items()), None)


def note_of(raw_version: int) -> dict[str, object]:
    """What is noted with the commit that completes the features of a raw version."""
    return {"schema_hash": schema.schema_hash(), "schema_version": schema.VERSION, "raw_version": raw_version, "complete": True}
