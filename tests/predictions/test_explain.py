from __future__ import annotations

import pytest

from predictions import scoring
from predictions.bands import BandName, bands_from
from predictions.explain import Explainer, FactorGroup, factors_of
from predictions.features import definition
from predictions.features.building import as_stored
from predictions.features.derivation import derive
from predictions.features.golden import golden_matrix
from predictions.features.groups import ENCODINGS
from predictions.features.schema import wide_names
from predictions.intervals import wilson_95
from predictions.models import ModelVersion
from tests.factories import encounter_on

ROW = [*as_stored(derive(golden_matrix()[:1])[0]), *[0.1] * len(ENCODINGS)]


def words_of(key: str, **values: float | None) -> str:
    row = [values.get(name, value) for name, value in zip(wide_names(), ROW, strict=True)]
    factors = Explainer(definition()).factors(row, [0.0] * len(row))
    return next(factor.value_text for factor in factors if factor.key == key)


def test_factors_lose_nothing_of_the_features_parts() -> None:
    parts = [0.001 * place for place in range(len(ROW))]
    factors = Explainer(definition()).factors(ROW, parts)
    assert sum(factor.points for factor in factors) == pytest.approx(100 * sum(parts), abs=1e-9)


def test_the_strongest_factor_comes_first_whichever_way_it_points() -> None:
    parts = [0.0] * len(ROW)
    parts[wide_names().index("age_years")], parts[wide_names().index("sex")] = 0.01, -0.02
    factors = Explainer(definition()).factors(ROW, parts)
    assert [factor.key for factor in factors[:2]] == ["sex", "age"]
    assert [factor.raises_risk for factor in factors[:2]] == [False, True]


@pytest.mark.parametrize(
    ("key", "values", "words"),
    [
        ("inpatient_stays", {"inpatient_stays_prior_year": 4}, "4 inpatient stays in the past year"),
        ("inpatient_stays", {"inpatient_stays_prior_year": 1}, "1 inpatient stay in the past year"),
        ("emergency_visits", {"emergency_visits_prior_year": 0}, "no emergency visits in the past year"),
        ("age", {"age_years": 75}, "70 to 79 years"),
        ("diagnosis_1", {"diagnosis_1_code": 428.31}, "Heart failure"),
        ("diagnosis_1", {"diagnosis_1_code": 250.42},
         "Diabetes mellitus, with kidney disease"),
        ("diagnosis_1", {"diagnosis_1_code": 461.9},
         "Disease of the respiratory system"),
        ("insulin", {"insulin_dose": 3}, "dose increased"),
        ("insulin", {"insulin_dose": 0}, "not prescribed"),
        ("a1c_result", {"a1c_level": None}, "not measured"),
        ("discharge_plan", {"discharge_disposition": 3}, "Skilled nursing facility"),
        ("heart_failure", {"has_heart_failure": 1}, "among the diagnoses"),
        ("hypertension", {"has_hypertension": 0, "has_hypertension_complicated": 0}, "not among the diagnoses"),
        ("hypertension", {"has_hypertension": 0, "has_hypertension_complicated": 1}, "hypertension with complications"),
        ("record", {"weight_recorded": 0, "payer_recorded": 1, "specialty_recorded": 0, "diagnosis_3_recorded": 1},
         "no weight, payer, no specialty, third diagnosis"),
    ],
)  # fmt: skip
def test_a_factor_says_what_the_record_says(key: str, values: dict[str, float | None], words: str) -> None:
    assert words_of(key, **values) == words


def test_past_use_and_what_can_be_acted_on_are_kept_apart() -> None:
    group = {factor.key: factor.group for factor in Explainer(definition()).factors(ROW, ROW_OF_NOUGHTS)}
    assert group["inpatient_stays"] is FactorGroup.PAST_USE
    assert group["discharge_plan"] is FactorGroup.MODIFIABLE
    assert group["age"] is FactorGroup.FIXED


def test_a_stored_prediction_explains_itself(version: ModelVersion, cardiology: object) -> None:
    prediction = scoring.score(encounter_on(cardiology))  # type: ignore[arg-type]  # the fixture's CareUnit
    points = sum(factor.points for factor in factors_of(prediction))
    assert points == pytest.approx(100 * (prediction.risk_probability - prediction.base_probability), abs=1e-9)


def test_bands_cover_all_scores_and_the_highest_fifth_is_high(version: ModelVersion) -> None:
    bands = bands_from(version.bands)
    assert [band.name for band in bands] == list(BandName)
    assert bands[0].from_probability == 0
    share_high = sum(band.patients for band in bands[2:]) / sum(band.patients for band in bands)
    assert share_high == pytest.approx(0.2, abs=0.02)
    assert "held-out patients were back within 30 days" in bands[2].sentence


def test_wilson_matches_a_published_example() -> None:
    # Newcombe 1998, table I: 81 of 263
    low, high = wilson_95(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


ROW_OF_NOUGHTS = [0.0] * len(ROW)
