"""Rows of a candidate with its run and sealed evidence, made without learning: what the pages of approvers are tried on."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from clinical.models import User
from mlops.models import Evidence, RunState, RunStep, RunTrigger, TrainingRun
from predictions.models import FeatureSchema, ModelStatus, ModelVersion

AGES = ("under 40", "40 to 59", "60 to 79", "80 and over")
UNITS = ("Cardiology", "Endocrinology", "General Medicine", "Nephrology")
DEFINITION = {"features": [{"name": "payer", "label": "Who pays"}, {"name": "age_band", "label": "Age"}]}


def between(value: float, half: float) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


def model_figures(lift: float = 0.0) -> dict[str, Any]:
    """One model's part of an appraisal; `lift` sets a champion a little lower than a candidate."""
    figures = {
        "auc": between(0.6891 - lift, 0.011), "auprc": between(0.2310 - lift, 0.012),
        "brier": between(0.0931 + lift / 10, 0.002),
        "brier_skill": between(0.0621 - lift, 0.008), "log_loss": between(0.3272 + lift, 0.005), "ece": between(0.0061, 0.002),
        "calibration_slope": between(1.01, 0.05), "calibration_in_the_large": between(0.004, 0.03),
        "recall_top_20": between(0.431 - lift, 0.015), "ppv_top_20": between(0.233 - lift, 0.01),
    }  # fmt: skip
    return {"figures": figures, "curves": curves(), "subgroups": groups(lift), "bands": [], "reliability": []}


def curves() -> dict[str, Any]:
    tenths = [place / 10 for place in range(11)]
    return {
        "roc": [[share, share**0.5] for share in tenths],
        "precision_recall": [[share, 0.4 - 0.29 * share] for share in tenths[1:]],
        "calibration": [
            {"rows": 1200, "mean_score": 0.03 + 0.03 * place, "observed": between(0.031 + 0.029 * place, 0.012)}
            for place in range(10)
        ],
        "net_benefit": [
            {"risk": risk / 100, "model": between(max(0, 0.11 - 0.004 * risk), 0.003), "everybody": 0.11 - 0.012 * risk,
             "gain": between(0.004, 0.001)}
            for risk in range(1, 31)
        ],
        "histogram": {
            "edges": [0.01 * place for place in range(41)], "readmitted": [max(1, 40 - place) for place in range(40)],
            "others": [max(1, 400 - 10 * place) for place in range(40)],
        },
    }  # fmt: skip


def groups(lift: float) -> list[dict[str, Any]]:
    shown = [
        {
            "factor": "age", "group": age, "rows": 1000 + 900 * place, "patients": 800 + 700 * place,
            "readmitted": 110 + 100 * place, "censored": False, "auc": between(0.70 - 0.01 * place - lift, 0.03),
            "recall": between(0.40 + 0.01 * place, 0.04), "observed_by_expected": between(1.0, 0.08),
        }
        for place, age in enumerate(AGES)
    ]  # fmt: skip
    tight = {"factor": "payer", "group": "SELFPAY-RARE", "rows": None, "patients": None, "readmitted": None, "censored": True}
    return [*shown, tight]


def appraisal(*, champion: bool) -> dict[str, Any]:
    burden = [
        {"unit_id": place, "unit": unit, "capacity": 12, "encounters": 80 + place, "candidate_flagged": 12,
         "champion_flagged": 12 - place if champion else None}
        for place, unit in enumerate(UNITS)
    ]  # fmt: skip
    return {
        "rows": 12_000, "patients": 9_100, "readmitted": 1_380, "data_sha256": "0" * 64, "protocol": "T", "seed": 42,
        "candidate": model_figures(), "champion": model_figures(0.006) if champion else None,
        "paired": {"auc_difference": between(0.006, 0.004)} if champion else None, "burden": burden,
        "data_drift": {"features": {"age_band": {"psi": 0.02}, "a1c_result": {"psi": 0.13}, "payer": {"psi": 0.31}}},
        "later": None, "checks": {"additivity_error": 1e-9, "golden_error": 0.0},
    }  # fmt: skip


def verdict(*, passed: bool = True) -> dict[str, Any]:
    clauses = [
        {"name": "brier_skill", "label": "Brier skill", "value": 0.0621, "bound": "0.05", "direction": "above", "passed": True,
         "applies": True, "note": ""},
        {"name": "recall_top_20", "label": "Recall among the highest 20 % of scores", "value": 0.431 if passed else None,
         "bound": "0.4", "direction": "at_least", "passed": passed, "applies": True,
         "note": "" if passed else "was not measured"},
    ]  # fmt: skip
    return {"profile": "default", "description": "What a model must show.", "passed": passed, "clauses": clauses}


def run_row(*, requested_by: User | None, **attributes: Any) -> TrainingRun:
    told = {"source": "database", "protocol": "T", "engine": "boosted", "seed": 42, "gate": "default"}
    return TrainingRun.objects.create(
        model_name="readmission-30d", trigger=RunTrigger.BUTTON, requested_by=requested_by, reason="New data of the autumn.",
        specification=told, **attributes,
    )  # fmt: skip


def with_evidence(version: ModelVersion, *, compared_with: ModelVersion | None = None, passed: bool = True) -> ModelVersion:
    """A finished run and sealed evidence for a version that is there."""
    started = timezone.now() - timedelta(minutes=9)
    run = run_row(
        requested_by=version.requested_by, version=version, state=RunState.AWAITING_APPROVAL, step=RunStep.DONE,
        created_at=started, started_at=started, ended_at=started + timedelta(minutes=6),
    )  # fmt: skip
    for minute, step in enumerate(RunStep):
        run.lines.create(step=step, text=f"{step.label}: begun.", at=started + timedelta(minutes=minute))
    lineage = {
        "requested_by": str(version.requested_by or "system"), "run": str(run.public_id), "reason": run.reason,
        "backend": "local", "specification": run.specification, "code_version": "9561025",
    }  # fmt: skip
    Evidence.objects.create(
        run=run, version=version, compared_with=compared_with, appraisal=appraisal(champion=compared_with is not None),
        verdict=verdict(passed=passed), card={}, lineage=lineage, parts_sha256={"appraisal": "a" * 64, "verdict": "b" * 64},
        seal=hashlib.sha256(str(version.public_id).encode()).hexdigest(), sealed_at=timezone.now(),
    )  # fmt: skip
    return version


def version_row(*, requested_by: User | None = None, status: str = ModelStatus.CANDIDATE, number: int = 1) -> ModelVersion:
    """A version whose file does not exist."""
    definition, _ = FeatureSchema.objects.get_or_create(hash="f" * 64, defaults={"version": "0", "definition": DEFINITION})
    return ModelVersion.objects.create(
        number=number, engine="boosted", artefact_sha256=f"{number:064d}", feature_schema=definition, status=status,
        trained_at=timezone.now() - timedelta(hours=3), requested_by=requested_by,
        training_data={
            "source": "database", "protocol": "T", "seed": 42, "sha256": "0" * 64,
            "training": {"encounters": 60_000, "patients": 44_000, "readmitted": 6_600},
            "held_out": {"encounters": 12_000, "patients": 9_100, "readmitted": 1_380},
        },
    )  # fmt: skip
