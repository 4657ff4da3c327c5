"""Where a version comes from: data, code, run, file and signature, as facts with a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlops.pages.told import who
from predictions.models import ModelVersion

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Fact:
    """A name and what is known under it; digests are set in a face in which they can be compared."""

    name: str
    value: str
    is_digest: bool = False


def facts_of(version: ModelVersion, lineage: Found) -> list[Fact]:
    """What is not known is left out."""
    data: Found = lineage.get("data") or version.training_data or {}
    asked: Found = lineage.get("specification") or {}
    facts = [
        Fact("Asked for by", str(lineage.get("requested_by") or who(version.requested_by))),
        Fact("Reason", str(lineage.get("reason") or "")),
        Fact("Run", str(lineage.get("run") or ""), is_digest=True),
        Fact("Trained at", f"{version.trained_at:%-d %B %Y, %H:%M} UTC"),
        Fact("Learner", version.engine),
        Fact("Data", _data(data)),
        Fact("Data version", _tables(data) or str(asked.get("table_version") or "")),
        Fact("Data digest (SHA-256)", str(data.get("sha256") or ""), is_digest=True),
        Fact("Split", _split(data, asked)),
        Fact("Code version", str(lineage.get("code_version") or ""), is_digest=True),
        Fact("Feature schema (SHA-256)", version.feature_schema_id, is_digest=True),
        Fact("Artefact (SHA-256)", version.artefact_sha256, is_digest=True),
        Fact("Signed with key", version.signed_with or "not signed", is_digest=bool(version.signed_with)),
        Fact("Trained on", str(lineage.get("backend") or "")),
    ]
    return [fact for fact in facts if fact.value]


def _data(data: Found) -> str:
    """Where the rows came from, and how many were learned from and held out."""
    sides = {"learned from": data.get("training"), "held out": data.get("held_out")}
    counted = [
        f"{words} {side['encounters']:,} encounters of {side['patients']:,} patients" for words, side in sides.items() if side
    ]
    return "; ".join(part for part in (str(data.get("source") or ""), *counted) if part)


def _split(data: Found, asked: Found) -> str:
    protocol, seed = data.get("protocol") or asked.get("protocol"), data.get("seed", asked.get("seed"))
    return f"protocol {protocol}, seed {seed}" if protocol else ""


def _tables(data: Found) -> str:
    """The versions of the lake's tables that were read."""
    return "; ".join(f"{table['table']} version {table['version']}" for table in data.get("tables") or ())
