from __future__ import annotations

import numpy as np
import pytest

from predictions.engines.calibrated import _on_probability_scale
from predictions.features import names
from predictions.features.golden import golden_matrix
from tests import small_model


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
    explained = _on_probability_scale(-2.0, np.array([[0.8, -0.8 + left_over]]), wide=np.zeros((1, 2)))
    assert abs(explained.base_probability + explained.parts.sum() - explained.probabilities[0]) < 1e-9
    assert explained.parts[0, 0] > 0 > explained.parts[0, 1]


def test_a_row_with_everything_missing_still_gets_a_probability() -> None:
    empty = np.full((1, len(names())), np.nan)
    assert 0 < small_model.model().probabilities(empty)[0] < 1
