"""Making a trial's report from what is stored: in a worker, because pages only read what was made."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.models import CareUnit
from clinical.models.outcome import Readmission
from mlops.models import ShadowReport, ShadowTrial
from mlops.shadow.report import Rows, report_of
from mlops.shadow.sealing import seal_of
from predictions.models import ModelVersion

_FRESH, _YOUNG, _STALE = timedelta(minutes=5), timedelta(hours=1), timedelta(hours=1)
_AT_LEAST_EVERY = timedelta(hours=12)  # outcomes ripen where nothing new is scored


def renew(trial: ShadowTrial, *, now: datetime | None = None) -> ShadowReport:
    """One more report of the trial as it stands."""
    now = now or timezone.now()
    with scope_of_the_system():
        body = {**_about(trial, now), **_report(trial, now)}
        return ShadowReport.objects.create(trial=trial, made_at=now, body=body, sha256=seal_of(body))


def is_due(trial: ShadowTrial, *, new_scores: bool, now: datetime | None = None) -> bool:
    """Often while a trial is young, then hourly; without new scores twice a day."""
    now = now or timezone.now()
    last = trial.reports.order_by("-pk").first()
    if last is None:
        return True
    pause = _FRESH if now - trial.started_at < _YOUNG else _STALE
    return now - last.made_at >= (pause if new_scores else _AT_LEAST_EVERY)


def _about(trial: ShadowTrial, now: datetime) -> dict[str, Any]:
    return {
        "trial": str(trial.public_id),
        "champion": _named(trial.champion),
        "candidate": _named(trial.version),
        "from": trial.started_at.isoformat(),
        "until": (trial.ended_at or now).isoformat(),
        "predictions": trial.scores.count(),
    }


def _named(version: ModelVersion) -> dict[str, Any]:
    return {"number": version.number, "public_id": str(version.public_id), "artefact_sha256": version.artefact_sha256}


def _report(trial: ShadowTrial, now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"trial": trial.pk})
        stored = cursor.fetchall()
        cursor.execute(_NEXT_RIPE, {"trial": trial.pk, "now": now, "trained_at": trial.version.trained_at})
        (first_ripe,) = cursor.fetchone()
    units = dict(CareUnit.objects.values_list("pk", "name"))
    return report_of(_rows(stored, trial, now), units=units, first_ripe=first_ripe)


def _rows(stored: list[tuple[Any, ...]], trial: ShadowTrial, now: datetime) -> Rows:
    columns = list(zip(*stored, strict=True)) if stored else [()] * _COLUMNS
    unit, patient, on_the_ward, scored_at, mine, my_band, its, its_band, matures_at, readmission = columns
    ripe = [
        bool(became) and at is not None and max(trial.version.trained_at, scored) < at <= now
        for became, at, scored in zip(readmission, matures_at, scored_at, strict=True)
    ]
    return Rows(
        champion=np.array(mine, dtype=np.float64),
        candidate=np.array(its, dtype=np.float64),
        champion_band=np.array(my_band, dtype=np.str_),
        candidate_band=np.array(its_band, dtype=np.str_),
        unit=np.array(unit, dtype=np.int64),
        patient=np.array(patient, dtype=np.int64),
        on_the_ward=np.array(on_the_ward, dtype=np.bool_),
        counts=np.array(ripe, dtype=np.bool_),
        readmitted=np.array([became == Readmission.WITHIN_30_DAYS for became in readmission], dtype=np.bool_),
    )


_COLUMNS = 10
_ROWS = """
SELECT DISTINCT ON (p.encounter_id) e.unit_id, e.patient_id, e.discharged_at IS NULL, p.scored_at, p.risk_probability, p.band,
       s.risk_probability, s.band, o.matures_at, o.readmission
FROM mlops_shadowscore s
JOIN predictions_prediction p ON p.id = s.prediction_id
JOIN clinical_encounter e ON e.id = p.encounter_id
LEFT JOIN clinical_outcome o ON o.encounter_id = e.id
WHERE s.trial_id = %(trial)s
ORDER BY p.encounter_id, p.scored_at DESC, p.id DESC
"""
_NEXT_RIPE = """
SELECT min(o.matures_at)
FROM mlops_shadowscore s
JOIN predictions_prediction p ON p.id = s.prediction_id
JOIN clinical_outcome o ON o.encounter_id = p.encounter_id
WHERE s.trial_id = %(trial)s AND o.matures_at > greatest(%(now)s, %(trained_at)s)
"""
