from __future__ import annotations

import numpy as np
import pytest

from predictions.engines.boosted import BoostedParameters, BoostedTrees
from predictions.errors import ArtefactRefusedError
from predictions.features import names, schema
from predictions.features.derivation import derive
from predictions.features.golden import golden_matrix
from predictions.features.schema import plain_names, wide_names
from tests import small_model


def test_contributions_by_table_are_those_of_the_walk_through_the_trees() -> None:
    engine = small_model.model().engine
    assert isinstance(engine, BoostedTrees)
    odd = small_model.wide_rows()[:60].copy()
    odd[:, names().index("discharge_disposition")] = 27  # a code that no training row may have had
    odd[::2, names().index("age_years")] = np.nan
    for rows in (small_model.wide_rows(), odd):
        assert np.allclose(engine.contributions(rows), engine.contributions_by_walk(rows), atol=1e-5)


def test_trees_too_deep_for_tables_are_walked() -> None:
    part = small_model.dataset().training
    deep = BoostedTrees(BoostedParameters(trees=3, max_depth=12, max_leaves=0, min_child_weight=1))
    deep.fit(derive(part.matrix), part.readmitted, categories=schema.categories(), seed=1)
    rows = derive(golden_matrix()[:3])
    assert np.array_equal(deep.contributions(rows), deep.contributions_by_walk(rows))


def test_more_inpatient_stays_raise_the_risk_on_average() -> None:
    column = names().index("inpatient_stays_prior_year")
    means = []
    for stays in (0, 3, 8):
        rows = golden_matrix().copy()
        rows[:, column] = stays
        means.append(small_model.model().probabilities(rows).mean())
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_a_higher_rate_of_a_group_never_lowers_a_score() -> None:
    rows, engine = small_model.wide_rows(), small_model.model().engine
    before = engine.log_odds(rows)
    moved = 0
    for column in range(len(plain_names()), rows.shape[1]):
        higher = rows.copy()
        higher[:, column] += 0.15
        change = engine.log_odds(higher) - before
        assert change.min() > -1e-6, wide_names()[column]
        moved += int((change > 0).sum())
    assert moved > 0


def test_trees_of_another_number_of_features_are_refused() -> None:
    part = small_model.dataset().training
    narrow = small_model.few_trees().fit(part.matrix[:, :5], part.readmitted, categories=(False,) * 5, seed=0)
    with pytest.raises(ArtefactRefusedError, match="5 features"):
        BoostedTrees.from_bytes(narrow.to_bytes(), categories=schema.categories())
