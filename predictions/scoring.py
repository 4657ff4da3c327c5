"""The line: history, features, champion, factors, prediction, worklist. One encounter at a time, in the system's scope.

An encounter that cannot be scored keeps a worklist entry that says why: an absent score must never look like low risk.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.utils import timezone

from clinical import audit, rows
from clinical.access import scope_of_the_system
from clinical.history import history_of
from clinical.models import Encounter
from predictions.errors import CannotReturnError, PredictionError
from predictions.models import Prediction, PredictionVoid, WorklistEntry

if TYPE_CHECKING:
    from predictions.champion import Champion
    from predictions.engines.base import Matrix

log = structlog.get_logger(__name__)
LONGEST_REASON = 160
_SCORE_COLUMNS = ("unit_id", "prediction_id", "risk_probability", "band", "reasons", "not_scored_reason", "waits_for_score")
_STAY_COLUMNS = ("admitted_at", "discharged_at")
_SAME_INPUTS = ("encounter_id", "model_version_id", "features_sha256")


def score(encounter: Encounter, *, as_of: datetime | None = None) -> Prediction:
    """Score what is known at `as_of`. The same inputs and model give the stored prediction again, never a second one.

    Whatever stands in the way is raised, and written beside the encounter so that the worklist says so.
    """
    try:
        with scope_of_the_system():
            return _score(encounter, as_of or timezone.now())
    except PredictionError as error:
        log.warning("encounter not scored", encounter_id=str(encounter.public_id), reason=error.code)
        with scope_of_the_system():
            _list_without_score(encounter, error)
        raise


def _score(encounter: Encounter, as_of: datetime) -> Prediction:
    from predictions import champion, features  # noqa: PLC0415  pages import this room, and must not load a model with it

    if not encounter.can_return:
        raise CannotReturnError
    history = history_of(encounter, as_of=as_of)
    matrix = features.build_one(history.columns)
    prediction, is_new = _keep(encounter, champion.current(), matrix, as_of)
    if not is_new:
        _give_back(prediction)
    _list_with_score(encounter, prediction)
    detail = {"prediction": prediction.public_id, "new": is_new}
    audit.record(actor=None, verb="encounter.scored", subject_type="encounter", subject_id=encounter.public_id, detail=detail)
    return prediction


def _keep(encounter: Encounter, champion: Champion, matrix: Matrix, as_of: datetime) -> tuple[Prediction, bool]:
    from predictions.features.building import as_stored, row_digests  # noqa: PLC0415  see above
    from predictions.features.flags import flags_of  # noqa: PLC0415

    (digest,) = row_digests(matrix)
    scored = champion.model.scored(matrix)
    probability = float(scored.probabilities[0])
    prediction = Prediction(
        encounter=encounter,
        model_version_id=champion.version_id,
        features_sha256=digest,
        feature_schema_id=champion.feature_schema,
        feature_values=as_stored(scored.wide[0]),
        input_flags=flags_of(scored.wide, champion.model.encoder)[0],
        factors=scored.parts[0].tolist(),
        base_probability=scored.base_probability,
        risk_probability=probability,
        risk_low=float(scored.low[0]),
        risk_high=float(scored.high[0]),
        band=champion.band_of(probability).name.value,
        as_of=as_of,
        scored_at=timezone.now(),
    )
    if rows.add(prediction, unless=", ".join(_SAME_INPUTS)):
        return prediction, True
    return Prediction.objects.get(**{column: getattr(prediction, column) for column in _SAME_INPUTS}), False


def _give_back(prediction: Prediction) -> None:
    """The same facts gave the same score again: if it was void, it holds once more."""
    PredictionVoid.objects.filter(prediction=prediction, taken_back_at__isnull=True).update(taken_back_at=timezone.now())


def _list_with_score(encounter: Encounter, prediction: Prediction) -> None:
    from predictions.reasons import explainer  # noqa: PLC0415  see above

    reasons = explainer().main_reasons(prediction.feature_values, prediction.factors)
    _list(
        encounter, prediction=prediction, risk_probability=prediction.risk_probability, band=prediction.band,
        reasons=reasons, not_scored_reason="", waits_for_score=False,
    )  # fmt: skip


def _list_without_score(encounter: Encounter, error: PredictionError) -> None:
    _list(encounter, not_scored_reason=str(error)[:LONGEST_REASON], waits_for_score=error.may_pass)
    detail = {"reason": error.code}
    subject = encounter.public_id
    audit.record(actor=None, verb="encounter.not_scored", subject_type="encounter", subject_id=subject, detail=detail)


def _list(encounter: Encounter, **entry: object) -> None:
    """Write the newest score beside the encounter; what staff did stands in the same row and is left alone."""
    row = WorklistEntry(
        encounter=encounter, unit_id=encounter.unit_id, admitted_at=encounter.admitted_at,
        discharged_at=encounter.discharged_at, **entry,
    )  # fmt: skip
    rows.put(row, one_each="encounter_id", changes=(*_SCORE_COLUMNS, *_STAY_COLUMNS))
