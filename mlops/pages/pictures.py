"""The curves of a candidate and of the champion, drawn by the validation's own plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.validation import plots
from mlops.validation.plots import Plot

Found = Mapping[str, Any]
PATIENTS = 100
NAMES = {"candidate": "Candidate", "champion": "Champion"}
# what the plots call a figure, and what the evidence does
_FIGURES = {"auc": "auc", "auprc": "auprc", "ece": "ece", "slope": "calibration_slope", "citl": "calibration_in_the_large"}
_CURVES = ("roc", "precision_recall", "calibration", "net_benefit", "histogram")


def plots_of(appraisal: Found) -> list[Plot]:
    """A curve is drawn where the evidence holds it: calibration of each, decisions and ranking of both in one."""
    models = {name: _drawable(appraisal[name], label) for name, label in NAMES.items() if appraisal.get(name)}
    calibrated = [plots.calibration(model) for model in models.values() if model["calibration"] and model["histogram"]]
    decided = {name: model for name, model in models.items() if model["net_benefit"]}
    ranked = {name: model for name, model in models.items() if model["curves"]["roc"]}
    drawn = [*calibrated]
    if decided:
        drawn.append(plots.decision(decided, PATIENTS))
    if ranked:
        drawn.append(plots.roc(ranked))
    return drawn


def _drawable(model: Found, label: str) -> dict[str, Any]:
    """The validation's shape of a model: figures flat, curves by name."""
    figures, curves = model.get("figures", {}), {**model, **(model.get("curves") or {})}
    flat = {name: (figures.get(kept) or {}).get("value") for name, kept in _FIGURES.items()}
    found = {name: curves.get(name) for name in _CURVES}
    drawn = {"roc": found["roc"], "precision_recall": found["precision_recall"]}
    return {"label": label, **flat, **found, "ece": flat["ece"] or 0.0, "curves": drawn}
