from __future__ import annotations

import numpy as np
import pytest

from predictions.engines.base import Engine
from predictions.engines.boosted import BoostedParameters, BoostedTrees
from predictions.engines.calibrated import _on_probability_scale
from predictions.errors import ArtefactRefusedError
from predictions.features import names, schema
from predictions.features.golden import golden_matrix
from tests import small_model


def test_the_boosted_engine_is_an_engine() -> None:
    assert isinstance(BoostedTrees(), Engine)


def test_the_same_data_and_seed_give_the_same_bytes() -> None:
    part = small_model.dataset().training
    first, second = (
        small_model.few_trees().fit(part.matrix, part.readmitted, categories=schema.categories(), seed=3).to_bytes()
        for _ in range(2)
    )
    assert first == second


def test_contributions_add_up_to_the_log_odds() -> None:
    engine = small_model.model().engine
    assert np.allclose(engine.contributions(golden_matrix()).sum(axis=1), engine.log_odds(golden_matrix()), atol=1e-5)


def test_contributions_by_table_are_those_of_the_walk_through_the_trees() -> None:
    engine = small_model.model().engine
    assert isinstance(engine, BoostedTrees)
    odd = golden_matrix()[:60].copy()
    odd[:, names().index("discharge_disposition")] = 27  # a code that no training row may have had
    odd[::2, names().index("age_years")] = np.nan
    for rows in (golden_matrix(), odd):
        assert np.allclose(engine.contributions(rows), engine.contributions_by_walk(rows), atol=1e-5)


def test_trees_too_deep_for_tables_are_walked() -> None:
    part = small_model.dataset().training
    deep = BoostedTrees(BoostedParameters(trees=3, max_depth=5, min_child_weight=1))
    deep.fit(part.matrix, part.readmitted, categories=schema.categories(), seed=1)
    assert np.array_equal(deep.contributions(golden_matrix()[:3]), deep.contributions_by_walk(golden_matrix()[:3]))


def test_one_row_is_explained_to_the_bit_as_in_a_batch() -> None:
    together = small_model.model().explained(golden_matrix())
    for row in range(0, 200, 7):
        alone = small_model.model().explained(golden_matrix()[row : row + 1])
        assert np.array_equal(alone.parts[0], together.parts[row])
        assert alone.probabilities[0] == together.probabilities[row]


def test_base_and_parts_add_up_to_the_probability() -> None:
    explained = small_model.model().explained(golden_matrix())
    assert np.allclose(explained.base_probability + explained.parts.sum(axis=1), explained.probabilities, atol=1e-9, rtol=0)


@pytest.mark.parametrize("left_over", [0.0, 1e-9, -1e-7, 2e-6])
def test_parts_that_cancel_out_still_add_up(left_over: float) -> None:
    explained = _on_probability_scale(-2.0, np.array([[0.8, -0.8 + left_over]]))
    assert abs(explained.base_probability + explained.parts.sum() - explained.probabilities[0]) < 1e-9
    assert explained.parts[0, 0] > 0 > explained.parts[0, 1]


def test_more_inpatient_stays_raise_the_risk_on_average() -> None:
    column = names().index("inpatient_stays_prior_year")
    together = [names().index(name) for name in ("acute_visits_prior_year", "all_visits_prior_year")]
    means = []
    for stays in (0, 2, 6):
        rows = golden_matrix().copy()
        rows[:, together] += (stays - rows[:, column])[:, None]
        rows[:, column] = stays
        means.append(small_model.model().probabilities(rows).mean())
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_a_row_with_everything_missing_still_gets_a_probability() -> None:
    empty = np.full((1, len(names())), np.nan)
    assert 0 < small_model.model().probabilities(empty)[0] < 1


def test_trees_of_another_number_of_features_are_refused() -> None:
    part = small_model.dataset().training
    narrow = small_model.few_trees().fit(part.matrix[:, :5], part.readmitted, categories=(False,) * 5, seed=0)
    with pytest.raises(ArtefactRefusedError, match="5 features"):
        BoostedTrees.from_bytes(narrow.to_bytes(), categories=schema.categories())
