"""Everything that an encounter's page says: the risk in words, why, from what, and what has been done about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from clinical.access import encounters_for
from clinical.code_lists import DischargeDisposition
from clinical.models import Encounter, FollowUp, Outcome, User
from clinical.models.encounter import READMISSION_WINDOW
from predictions import charts, unusual
from predictions.bands import Band, bands_from
from predictions.explain import Explainer, Factor, factors_of
from predictions.factor_group import FactorGroup
from predictions.models import Prediction, WorklistEntry
from predictions.risk_words import HUNDRED, Frequency, Interval, interval

DIED = frozenset(
    {
        DischargeDisposition.DIED,
        DischargeDisposition.DIED_HOME_HOSPICE,
        DischargeDisposition.DIED_FACILITY_HOSPICE,
        DischargeDisposition.DIED_UNKNOWN_HOSPICE,
    }
)
FACTORS_IN_WORDS = 5
ENTERED_IN_ERROR = "The stay was entered in error and is kept for the record alone."
SHOWN_FROM_POINTS = 0.05
SAYS_THAT_THERE_IS_NONE = "none"
GROUP_ORDER = (FactorGroup.MODIFIABLE, FactorGroup.PAST_USE, FactorGroup.FIXED)
BLIND_SPOTS = (
    "Vital signs, weight changes and how the patient looks today",
    "Laboratory results other than HbA1c and the highest glucose",
    "Notes, letters and what the patient or family have said",
    "Living situation, help at home, transport, money and language",
    "Whether medicines are understood, affordable and taken",
    "Stays and visits at hospitals that do not report to this record",
    "Anything that has been arranged for the time after discharge",
)


@dataclass(frozen=True)
class Group:
    """Factors of one kind, strongest first, and how many too small to tell."""

    key: str
    label: str
    factors: list[Factor]
    smaller: int


@dataclass(frozen=True)
class Input:
    """One item that the model was given."""

    label: str
    value_text: str
    is_missing: bool


@dataclass(frozen=True)
class Sum:
    """The arithmetic of the score in patients of 100, for whoever wants to check it."""

    base: float
    raising: float
    lowering: float
    score: float

    @property
    def is_right(self) -> bool:
        return abs(self.base + self.raising + self.lowering - self.score) < SHOWN_FROM_POINTS


@dataclass(frozen=True)
class Risk:
    """One stored score, told."""

    prediction: Prediction
    frequency: Frequency
    interval: Interval
    band: Band | None
    band_range: str
    observed: Frequency | None
    observed_interval: Interval | None
    groups: list[Group]
    factors: list[Factor]
    sum: Sum
    figures: list[charts.Figure]
    chart: charts.FactorChart
    inputs: list[Input]
    missing: list[str]
    unusual: list[str]


@dataclass(frozen=True)
class Event:
    """One entry of the timeline."""

    at: datetime
    sign: str
    what: str
    more: str = ""
    until: datetime | None = None
    encounter: Encounter | None = None


@dataclass(frozen=True)
class EncounterPage:
    """The page."""

    encounter: Encounter
    age_years: int
    died_on: date | None
    risk: Risk | None
    not_scored_reason: str
    is_outdated: bool
    outcome_words: str
    follow_ups: list[FollowUp]
    timeline: list[Event]

    @property
    def age_at_death(self) -> int | None:
        return self.encounter.patient.age_years_on(self.died_on) if self.died_on else None

    @property
    def prediction_id(self) -> Any:
        return self.risk.prediction.public_id if self.risk else None


def encounter_page(*, user: User, encounter: Encounter) -> EncounterPage:
    """Read what the page needs, inside the scope of `user`."""
    entry = WorklistEntry.objects.select_related("prediction__model_version", "prediction__feature_schema")
    line = entry.filter(encounter=encounter).first()
    prediction = line.prediction if line else None
    follow_ups = list(encounter.follow_ups.select_related("recorded_by"))
    outcome = Outcome.objects.filter(encounter=encounter).first()
    others = list(
        encounters_for(user).standing().filter(patient=encounter.patient).exclude(pk=encounter.pk).select_related("unit")
    )
    return EncounterPage(
        encounter=encounter,
        age_years=encounter.patient.age_years_on(timezone.localdate()),
        died_on=_died_on([encounter, *others] if not encounter.is_entered_in_error else others),
        risk=told(prediction) if prediction else None,
        not_scored_reason=line.not_scored_reason if line else _unlisted(encounter),
        is_outdated=bool(line and prediction and line.waits_for_score),
        outcome_words=_outcome_words(encounter, outcome),
        follow_ups=follow_ups,
        timeline=_timeline(encounter, others, follow_ups, prediction),
    )


def _unlisted(encounter: Encounter) -> str:
    return ENTERED_IN_ERROR if encounter.is_entered_in_error else "It has not reached the scoring queue yet."


def told(prediction: Prediction) -> Risk:
    """A stored score in words and marks; needs its model version and feature schema."""
    factors = factors_of(prediction)
    frequency = Frequency(prediction.risk_probability)
    bands = bands_from(prediction.model_version.bands)
    band = next((band for band in bands if band.name == prediction.band), None)
    inputs = _inputs(prediction)
    return Risk(
        prediction=prediction,
        frequency=frequency,
        interval=interval(prediction.risk_low, prediction.risk_high),
        band=band,
        band_range=_band_range(band, bands) if band else "",
        observed=Frequency(band.observed_rate) if band else None,
        observed_interval=interval(band.observed_low, band.observed_high) if band else None,
        groups=[_group(group, factors) for group in GROUP_ORDER],
        factors=factors,
        sum=Sum(
            base=HUNDRED * prediction.base_probability,
            raising=sum(factor.points for factor in factors if factor.raises_risk),
            lowering=sum(factor.points for factor in factors if not factor.raises_risk),
            score=HUNDRED * prediction.risk_probability,
        ),
        figures=charts.icon_array(frequency.count),
        chart=charts.factor_chart(factors),
        inputs=inputs,
        missing=[line.label for line in inputs if line.is_missing],
        unusual=unusual.sentences(prediction.input_flags, definition=prediction.feature_schema.definition),
    )


def _band_range(band: Band, bands: list[Band]) -> str:
    """Which scores the band holds, in patients of 100."""
    first = Frequency(band.from_probability).count
    above = [other.from_probability for other in bands if other.from_probability > band.from_probability]
    if not above:
        return f"scores of {first} and more"
    return f"scores from {first} to {Frequency(min(above)).count}" if first else f"scores below {Frequency(min(above)).count}"


def _group(group: FactorGroup, factors: Iterable[Factor]) -> Group:
    members = [factor for factor in factors if factor.group == group]
    told_ones = [factor for factor in members if abs(factor.points) >= SHOWN_FROM_POINTS][:FACTORS_IN_WORDS]
    return Group(key=group.value, label=group.label, factors=told_ones, smaller=len(members) - len(told_ones))


def _inputs(prediction: Prediction) -> list[Input]:
    """Every number the model was given, in the words of its feature: each told as if it were a factor of its own."""
    definition = prediction.feature_schema.definition
    features, values = definition["features"], prediction.feature_values
    own = [
        {
            "key": feature["name"],
            "label": feature["label"],
            "group": FactorGroup.FIXED,
            "told_by": [feature["name"]],
            "tells": "first",
            "otherwise": _figure(value),
        }
        for feature, value in zip(features, values, strict=True)
    ]
    explainer = Explainer({**definition, "factors": own})
    said = [explainer.words(feature["name"], values) for feature in features]
    return [
        # no third diagnosis, or no stay before a first one, is what the record says and not a gap in it
        Input(feature["label"], words, is_missing=value is None and not words.startswith(SAYS_THAT_THERE_IS_NONE))
        for feature, words, value in zip(features, said, values, strict=True)
    ]


def _figure(value: float | None) -> str:
    return "not recorded" if value is None else f"{value:g}"


def _outcome_words(encounter: Encounter, outcome: Outcome | None) -> str:
    """What became of the patient, never before it can be known."""
    if encounter.is_entered_in_error:
        return "Not counted: the stay was entered in error."
    if not encounter.can_return:
        return "Not counted: the stay ended in death or hospice care."
    if encounter.discharged_at is None:
        return "Not yet known: the patient is on the ward."
    if outcome is not None and outcome.is_known(timezone.now()):
        return f"{outcome.get_readmission_display()}."
    counts_from = outcome.matures_at if outcome else encounter.discharged_at + READMISSION_WINDOW
    return f"Not yet known: counts from {_day(counts_from)}, 30 days after discharge and a lag for late reports."


def _died_on(stays: list[Encounter]) -> date | None:
    """The day of death where a stay ended in it: a call to the family is then another call."""
    deaths = [stay.discharged_at for stay in stays if stay.discharged_at and stay.discharge_disposition in DIED]
    return timezone.localtime(max(deaths)).date() if deaths else None


def _timeline(
    encounter: Encounter, others: list[Encounter], follow_ups: list[FollowUp], prediction: Prediction | None
) -> list[Event]:
    events = [_of_another_stay(stay) for stay in others]
    events += [Event(action.recorded_at, "follow-up", str(action), f"by {action.recorded_by}") for action in follow_ups]
    events.append(Event(encounter.admitted_at, "admitted", "Admitted", f"{encounter.unit}, this encounter"))
    if encounter.discharged_at:
        where = str(encounter.get_discharge_disposition_display())
        events.append(Event(encounter.discharged_at, "discharged", "Discharged", f"{where}, this encounter"))
    if prediction:
        events.append(Event(prediction.scored_at, "score", f"Scored by {prediction.model_version}"))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _of_another_stay(stay: Encounter) -> Event:
    days = stay.length_of_stay_days
    length = "Stay" if days is None else f"Stay of {days} day{'' if days == 1 else 's'}"
    what = length if stay.discharged_at else "On the ward now"
    more = f"{stay.unit}. Admission: {str(stay.get_admission_type_display()).lower()}"
    return Event(stay.admitted_at, "admitted", what, more, until=stay.discharged_at, encounter=stay)


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%d-%b-%Y}"
