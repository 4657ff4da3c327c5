"""From rows to what is answered. Reads no model and no numeric library: what is told was stored with the score."""

from __future__ import annotations

from typing import Any

from clinical import models as rows
from predictions import unusual
from predictions.api import kept
from predictions.api.reading import _TEXTS
from predictions.api.shapes import facts, scores
from predictions.encounter_page import BLIND_SPOTS
from predictions.errors import PredictionError
from predictions.explain import HUNDRED
from predictions.models import Prediction, PredictionVoid, WorklistEntry
from predictions.risk_words import Frequency, interval

NOT_YET = "It has not reached the scoring queue yet."
_PLAIN = tuple(facts.Attributes.model_fields)


def encounter(stay: rows.Encounter) -> facts.Encounter:
    """With its patient and unit."""
    attributes: dict[str, Any] = {name: getattr(stay, name) for name in _PLAIN}
    attributes.update((name, None) for name in _TEXTS if not attributes[name])
    return facts.Encounter.model_construct(
        id=stay.public_id,
        version=stay.version,
        patient=patient(stay.patient),
        visit_number=stay.source_id,
        unit=stay.unit.code,
        admitted_at=stay.admitted_at,
        discharged_at=stay.discharged_at,
        on_the_ward=stay.is_on_the_ward,
        entered_in_error=stay.is_entered_in_error,
        age_band=stay.age_band,
        told_at=stay.told_at,
        **attributes,
    )


def patient(person: rows.Patient) -> facts.Patient:
    return facts.Patient.model_construct(
        id=person.public_id,
        medical_record_number=person.medical_record_number,
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
    )


def prediction(score: Prediction, *, of: rows.Encounter, void: PredictionVoid | None = None) -> scores.Prediction:
    return scores.Prediction.model_construct(
        id=score.public_id,
        encounter_id=of.public_id,
        model=kept.model_name_of(score.model_version_id),
        risk_probability=score.risk_probability,
        interval=scores.Interval.model_construct(low=score.risk_low, high=score.risk_high),
        band=score.band,
        in_words=in_words(score),
        unusual=_unusual(score),
        as_of=score.as_of,
        scored_at=score.scored_at,
        void=scores.Void.model_construct(reason=void.reason, at=void.voided_at) if void else None,
    )


def in_words(score: Prediction) -> str:
    """The reference class, the count of 100, the window, and how far it may be off."""
    likely, span = Frequency(score.risk_probability), interval(score.risk_low, score.risk_high)
    return (
        f"Of 100 patients like this, {likely.about}{likely.words} {'is' if likely.is_one else 'are'} back in hospital"
        f" within 30 days of going home (95 % interval: {span.words})."
    )


def scored(stay: rows.Encounter, *, score: Prediction | None, refused: PredictionError | None = None) -> scores.ScoredEncounter:
    """A stay that was just scored, or could not be."""
    not_scored = None
    if score is None:
        reason, may_pass = (str(refused), refused.may_pass) if refused else (NOT_YET, True)
        not_scored = scores.NotScored.model_construct(reason=reason, will_be_tried_again=may_pass)
    return scores.ScoredEncounter.model_construct(
        encounter=encounter(stay),
        prediction=prediction(score, of=stay) if score else None,
        main_reasons=main_reasons(score) if score else [],
        not_scored=not_scored,
    )


def as_listed(stay: rows.Encounter, entry: WorklistEntry | None) -> scores.ScoredEncounter:
    """A stay with what stands beside it."""
    score, reasons, not_scored = beside(stay, entry)
    return scores.ScoredEncounter.model_construct(
        encounter=encounter(stay), prediction=score, main_reasons=reasons, not_scored=not_scored
    )


def beside(
    stay: rows.Encounter, entry: WorklistEntry | None
) -> tuple[scores.Prediction | None, list[str], scores.NotScored | None]:
    """The score that stands on the list with its main reasons; or why there is none."""
    if entry is not None and entry.prediction is not None:
        return prediction(entry.prediction, of=stay), list(entry.reasons), None
    waits = not stay.is_entered_in_error
    reason, may_pass = (entry.not_scored_reason, entry.waits_for_score) if entry else (NOT_YET, waits)
    return None, [], scores.NotScored.model_construct(reason=reason, will_be_tried_again=may_pass)


def main_reasons(score: Prediction) -> list[str]:
    return kept.explainer_of(score.feature_schema_id).main_reasons(score.feature_values, score.factors)


def why(score: Prediction) -> scores.Why:
    """All factors, on the probability scale."""
    factors = kept.explainer_of(score.feature_schema_id).factors(score.feature_values, score.factors)
    told = [
        scores.Factor.model_construct(
            key=factor.key, label=factor.label, value=factor.value_text, contribution=factor.points / HUNDRED,
            group=factor.group.value,
        )
        for factor in factors
    ]  # fmt: skip
    return scores.Why.model_construct(
        prediction_id=score.public_id,
        base_probability=score.base_probability,
        risk_probability=score.risk_probability,
        factors=told,
        main_reasons=main_reasons(score),
        unusual=_unusual(score),
        cannot_see=list(BLIND_SPOTS),
    )


def _unusual(score: Prediction) -> list[str]:
    if not score.input_flags:
        return []
    return unusual.sentences(score.input_flags, definition=kept.definition_of(score.feature_schema_id))
