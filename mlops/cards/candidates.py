"""The card of a candidate: what its run found, in the shape of a validation, so that one card serves both.

Nothing is looked up anywhere else, so that the same evidence gives the same card.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from mlops.appraisal.appraising import CANDIDATE, CHAMPION
from mlops.cards.card import ModelCard, Release, card_of
from mlops.validation.validating import LABELS, features_told
from predictions.engines.calibrated import CalibratedModel

Found = Mapping[str, Any]
_LIBRARIES = ("numpy", "polars", "scikit-learn", "xgboost-cpu")


def card_of_candidate(
    appraisal: Found, *, model: CalibratedModel, data: Found, artefact_sha256: str, command: str, release: Release
) -> ModelCard:
    """`data` is Dataset.as_json(), `command` what makes the figures anew."""
    engine = model.engine.name
    found = _as_validation(appraisal, engine=engine, data=data)
    made = {
        "command": command,
        "versions": {"python": platform.python_version(), **{library: version(library) for library in _LIBRARIES}},
        "artefacts": {engine: artefact_sha256},
        "parameters": {engine: {**model.engine.parameters, "calibration": vars(model.calibration)}},
    }
    return card_of({**found, "made": made}, engine=engine, release=release)


def release_of_run(*, model_name: str, run: str, trained_at: datetime) -> Release:
    """Before the register has given it a number, a candidate is known by its run."""
    return Release(model_name, f"{model_name}, candidate of run {run}", "Candidate", f"{trained_at:%-d %B %Y}", "")


def _as_validation(appraisal: Found, *, engine: str, data: Found) -> dict[str, Any]:
    candidate = appraisal.get(CANDIDATE) or {}
    others = dict(appraisal.get("comparators") or {})
    if appraisal.get(CHAMPION):
        others[CHAMPION] = appraisal[CHAMPION]
    counts = {name: appraisal.get(name) for name in ("protocol", "seed", "rows", "patients", "readmitted", "draws")}
    return {
        **counts,
        "rate": counts["readmitted"] / counts["rows"] if counts["rows"] else None,
        "data": _data(data),
        "features": features_told(),
        "engines": {engine: {**candidate, "label": LABELS.get(engine, engine)}},
        "comparators": others,
        "differences": [{**one, "engine": engine} for one in appraisal.get("differences") or ()],
        "leaks": appraisal.get("leaks"),
        "uncertainty": {engine: appraisal.get("uncertainty")},
        "repeats": None,
    }


def _data(data: Found) -> dict[str, Any]:
    composition = data.get("composition") or {}
    training = dict(data.get("training") or {})
    return {
        "source": data.get("source"),
        "provenance": composition.get("provenance"),
        "digest": data.get("sha256"),
        "missing": composition.get("missing"),
        "flow": {
            "file": composition.get("all"),
            "left_out": composition.get("left_out"),
            "training": {
                "rows": training.get("encounters"),
                **{name: training.get(name) for name in ("patients", "readmitted")},
            },
        },
    }
