from __future__ import annotations

import json

import numpy as np
import pytest

from mlops import profiles
from predictions.features import schema
from predictions.features.golden import golden_matrix
from tests import small_model


def whole() -> dict[str, object]:
    return profiles.profile_of(golden_matrix(), small_model.model().probabilities(golden_matrix()))


def test_a_profile_is_plain_json_with_every_feature_and_shares_that_make_one() -> None:
    profile = json.loads(json.dumps(whole(), allow_nan=False))
    assert tuple(profile["features"]) == schema.names()
    assert [sum(one["shares"]) + one["missing"] for one in profile["features"].values()] == pytest.approx(
        [1.0] * len(schema.names())
    )
    assert len(profile["scores"]["shares"]) == profiles.BINS


def test_a_set_does_not_drift_from_itself() -> None:
    drift = profiles.drift_between(whole(), whole())
    assert {feature["psi"] for feature in drift["features"].values()} == {0.0}
    assert {feature["ks"] for feature in drift["features"].values()} == {0.0}


def test_the_index_is_that_of_its_definition() -> None:
    reference = profiles.binned(np.array([1.0] * 50 + [2.0] * 50))
    observed = profiles.binned(np.array([1.0] * 20 + [2.0] * 80), edges=reference["edges"])
    assert profiles.psi(reference, observed) == pytest.approx(0.3 * np.log(0.8 / 0.5) - 0.3 * np.log(0.2 / 0.5))
    assert profiles.ks(reference, observed) == pytest.approx(0.3)


def test_values_that_have_gone_missing_and_a_code_that_nobody_knew_are_far_apart() -> None:
    random = np.random.default_rng(0)
    reference = profiles.binned(random.normal(size=2_000))
    gone = np.where(random.random(2_000) < 0.5, np.nan, random.normal(size=2_000))
    assert profiles.psi(reference, profiles.binned(gone, edges=reference["edges"])) > 1
    codes = profiles.binned(random.integers(1, 4, size=2_000).astype(float), is_code=True)
    other = profiles.binned(random.integers(1, 5, size=2_000).astype(float), edges=codes["edges"])
    assert profiles.psi(codes, other) > 0.25


def test_chance_alone_stays_below_what_counts_as_drift() -> None:
    random = np.random.default_rng(1)
    reference = profiles.binned(random.normal(size=20_000))
    found = [profiles.psi(reference, profiles.binned(random.normal(size=2_000), edges=reference["edges"])) for _ in range(50)]
    assert max(found) < 0.05


def test_a_feature_without_a_single_value_is_all_missing() -> None:
    reference = profiles.binned(np.full(10, np.nan))
    assert (reference["missing"], reference["mean"], reference["shares"]) == (1.0, None, [0.0])


def test_the_reference_share_is_taken_where_odds_count_eight_times() -> None:
    at_the_edge = 0.6 / 0.4 / 8
    score = at_the_edge / (1 + at_the_edge)
    assert profiles.reference_above(np.array([score - 0.001, score + 0.001, 1.0, 0.0])) == 0.5
