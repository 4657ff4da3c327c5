"""A run and a version as the register is told of them: figures with their intervals, plots, and the documents in JSON.

Only what a reader outside may see: counts, shares and figures of groups, and nobody's name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mlops.models import Evidence, RunState, TrainingRun
from mlops.register.base import SIGNATURE_TAG, SIGNED_WITH_TAG, DataUsed, RunRecord, VersionRecord
from mlops.register.pictures import pictures_of
from predictions.models import ModelVersion

_FAILED = {RunState.FAILED, RunState.CANCELLED}


def of_run(run: TrainingRun) -> RunRecord:
    """A run that has ended or waits for its approval, with all that it found."""
    evidence = getattr(run, "evidence", None)
    version = run.version
    ended_at = run.ended_at or (version.trained_at if version else run.created_at)
    return RunRecord(
        public_id=str(run.public_id),
        title=f"v{version.number}" if version else f"run {str(run.public_id)[:8]}",
        started_at=run.started_at or run.created_at,
        ended_at=ended_at,
        succeeded=run.state not in _FAILED,
        parameters=dict(_flat({"run": run.specification, **_parameters(version)})),
        metrics=_metrics(version, evidence),
        tags=_tags(run.model_name, version, run),
        files={**_documents(version, evidence), **_log(run)},
        data=_data(version),
    )


def of_lone_version(version: ModelVersion) -> RunRecord:
    """A version that no run made, from its own row: every version in the register belongs to a run there."""
    return RunRecord(
        public_id=str(version.public_id),
        title=f"v{version.number}",
        started_at=version.trained_at,
        ended_at=version.trained_at,
        succeeded=True,
        parameters=dict(_flat(_parameters(version))),
        metrics=_metrics(version, None),
        tags=_tags(version.name, version, None),
        files=_documents(version, None),
        data=_data(version),
    )


def of_version(version: ModelVersion, *, run_id: str, artefact: bytes) -> VersionRecord:
    return VersionRecord(
        public_id=str(version.public_id),
        name=version.name,
        number=version.number,
        run_id=run_id,
        artefact=artefact,
        sha256=version.artefact_sha256,
        description=f"{version}, {version.engine}. Plain bytes by SHA-256; scored from the artefact store, never from here.",
        tags={
            "wardlight.engine": version.engine,
            "wardlight.feature-schema": version.feature_schema_id,
            SIGNATURE_TAG: version.signature,
            SIGNED_WITH_TAG: version.signed_with,
        },
    )


def _parameters(version: ModelVersion | None) -> dict[str, Any]:
    return {"engine": version.engine, "model": version.parameters} if version else {}


def _metrics(version: ModelVersion | None, evidence: Evidence | None) -> dict[str, float]:
    """Each figure, and its interval's ends as NAME_low and NAME_high; the champion's on the same rows beside them."""
    appraisal = evidence.appraisal if evidence else {}
    found: dict[str, float] = {}
    if not appraisal and version:
        found |= _figures(version.metrics)
    found |= _figures((appraisal.get("candidate") or {}).get("figures"))
    found |= _figures((appraisal.get("champion") or {}).get("figures"), prefix="champion_")
    found |= _figures(appraisal.get("paired"), prefix="paired_")
    found |= _figures(appraisal.get("checks"), prefix="check_")
    found |= {name: float(appraisal[name]) for name in ("rows", "patients", "readmitted") if name in appraisal}
    return found


def _figures(figures: Mapping[str, Any] | None, *, prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for name, figure in (figures or {}).items():
        ends = figure if isinstance(figure, Mapping) else {"value": figure}
        for end, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
            if isinstance(ends.get(end), int | float):
                found[f"{prefix}{name}{suffix}"] = float(ends[end])
    return found


def _tags(name: str, version: ModelVersion | None, run: TrainingRun | None) -> dict[str, str]:
    tags = {"wardlight.model": name}
    if version:
        tags["wardlight.feature-schema"] = version.feature_schema_id
        tags["wardlight.data-sha256"] = str(version.training_data.get("sha256", ""))
        tags["wardlight.sha256"] = version.artefact_sha256
    if run:
        tags["wardlight.trigger"] = run.trigger
        tags["wardlight.backend"] = run.backend
        tags["wardlight.data-version"] = str(run.specification.get("table_version") or "")
        tags["wardlight.failure"] = run.failure
        evidence = getattr(run, "evidence", None)
        passed = evidence.verdict.get("passed") if evidence else None
        tags["wardlight.gate"] = {True: "passed", False: "failed"}.get(passed, "") if passed is not None else ""
        tags["mlflow.source.git.commit"] = str(evidence.lineage.get("code_version", "")) if evidence else ""
    return {key: value for key, value in tags.items() if value}


def _documents(version: ModelVersion | None, evidence: Evidence | None) -> dict[str, bytes]:
    documents: dict[str, Any] = {}
    if version:
        documents["feature_schema.json"] = version.feature_schema.definition
        documents["data.json"] = version.training_data
    if evidence:
        for part in ("appraisal", "verdict", "card"):
            documents[f"{part}.json"] = getattr(evidence, part)
        documents["seal.json"] = {"parts_sha256": evidence.parts_sha256, "seal": evidence.seal} if evidence.seal else {}
    files = {path: _as_json(document) for path, document in documents.items() if document}
    return {**files, **(pictures_of(evidence.appraisal) if evidence else {})}


def _log(run: TrainingRun) -> dict[str, bytes]:
    lines = [f"{line.at:%Y-%m-%d %H:%M:%S} {line.step}: {line.text}" for line in run.lines.all()]
    return {"log.txt": ("\n".join(lines) + "\n").encode()} if lines else {}


def _data(version: ModelVersion | None) -> DataUsed | None:
    if version is None or not version.training_data.get("sha256"):
        return None
    data = version.training_data
    return DataUsed(name=str(data.get("source", "data")), digest=str(data["sha256"]), profile=json.dumps(data, sort_keys=True))


def _flat(values: Mapping[str, Any], *, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, prefix=f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", str(value)


def _as_json(document: object) -> bytes:
    return json.dumps(document, indent=1, sort_keys=True).encode()
