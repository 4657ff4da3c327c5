from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from predictions.engines import artefact
from predictions.engines.base import Matrix, Vector
from predictions.engines.calibrated import CalibratedModel
from predictions.engines.spread import MemberTrees, TreeSpread
from predictions.errors import ArtefactRefusedError, NoSpreadError
from predictions.features import schema_hash
from predictions.features.schema import wide_names
from tests import small_model

ROWS = 400


def the_spread() -> TreeSpread:
    spread = small_model.model().spread
    assert isinstance(spread, TreeSpread)
    return spread


@cache
def widening() -> TreeSpread:
    """One that follows its members, however little was learned from the few golden rows."""
    return replace(the_spread(), floor=0.1, factor=2.0)


def ends(spread: TreeSpread, rows: Matrix, score: float = 0.2) -> tuple[Vector, Vector]:
    return spread.intervals(rows, np.full(len(rows), score))


@pytest.mark.parametrize("score", [0.0, 1e-15, 0.0001, 0.12, 0.5, 0.9999, 1.0])
def test_an_interval_contains_its_score_and_is_a_pair_of_probabilities(score: float) -> None:
    low, high = ends(the_spread(), small_model.wide_rows(), score)
    assert ((low >= 0) & (low <= score) & (score <= high) & (high <= 1)).all()


def test_the_score_stands_in_the_middle_on_the_scale_of_log_odds() -> None:
    low, high = ends(the_spread(), small_model.wide_rows(), 0.2)
    odds = low / (1 - low) * (high / (1 - high))
    assert np.allclose(odds, (0.2 / 0.8) ** 2)


def test_one_row_has_to_the_bit_the_interval_that_it_has_in_a_batch() -> None:
    low, high = ends(widening(), small_model.wide_rows())
    for row in range(0, ROWS, 7):
        alone = ends(widening(), small_model.wide_rows()[row : row + 1])
        assert (alone[0][0], alone[1][0]) == (low[row], high[row])


def test_batches_of_any_length_give_the_same_intervals() -> None:
    low, _ = ends(widening(), np.tile(small_model.wide_rows(), (20, 1)))
    assert np.array_equal(low[: len(small_model.wide_rows())], ends(widening(), small_model.wide_rows())[0])
    assert ends(widening(), small_model.wide_rows()[:0])[0].shape == (0,)


def test_tables_answer_as_a_walk_through_the_trees_does() -> None:
    rows = small_model.wide_rows()[:60].copy()
    rows[::3, ::2] = np.nan
    trees = the_spread().trees
    walked = [np.std([_sum(trees, row, member) for member in range(trees.members)], ddof=1) for row in rows]
    assert np.allclose(trees.deviations(rows), walked, atol=1e-12)


def test_where_members_disagree_more_the_interval_is_wider() -> None:
    deviations = widening().trees.deviations(small_model.wide_rows())
    low, high = ends(widening(), small_model.wide_rows())
    order = np.argsort(deviations)
    assert (np.diff((high - low)[order]) >= 0).all()
    assert deviations[order][-1] > deviations[order][0]


def test_a_row_with_everything_missing_still_has_an_interval() -> None:
    (low,), (high,) = ends(the_spread(), np.full((1, len(wide_names())), np.nan))
    assert 0 < low < 0.2 < high < 1


def test_a_spread_comes_back_the_same() -> None:
    data = the_spread().to_bytes()
    again = TreeSpread.from_bytes(data, features=len(wide_names()))
    assert again.to_bytes() == data
    assert np.array_equal(ends(again, small_model.wide_rows()), ends(the_spread(), small_model.wide_rows()))


def test_a_model_keeps_its_spread_in_its_file() -> None:
    model = small_model.model()
    data = artefact.pack(model)
    again = artefact.unpack(data, sha256=artefact.sha256_of(data), feature_schema=schema_hash())
    assert np.array_equal(again.scored(small_model.wide_rows()).low, model.scored(small_model.wide_rows()).low)


@pytest.mark.parametrize(
    "change",
    [
        {"members": 1}, {"members": 7}, {"members": "16"}, {"trees": 0}, {"floor": -0.1}, {"factor": float("nan")},
        {"factor": None}, {"features": 5}, {"surplus": 1},
    ],
)  # fmt: skip
def test_a_header_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    mark, header, trees = the_spread().to_bytes().split(b"\n", 2)
    line = json.dumps({**json.loads(header), **change}).encode()
    with pytest.raises(ArtefactRefusedError):
        TreeSpread.from_bytes(b"\n".join((mark, line, trees)), features=len(wide_names()))


def test_bytes_of_something_else_or_cut_ones_are_refused() -> None:
    data = the_spread().to_bytes()
    for bad in (b"\x80\x04", small_model.model().engine.to_bytes(), data[:-1], data + b"1"):
        with pytest.raises(ArtefactRefusedError):
            TreeSpread.from_bytes(bad, features=len(wide_names()))


@pytest.mark.parametrize(
    ("name", "value"), [("feature", 60_000), ("leaf", np.nan), ("threshold", np.inf), ("missing_right", 2)]
)
def test_trees_that_ask_or_answer_nonsense_are_refused(name: str, value: float) -> None:
    spread = the_spread()
    wrong = getattr(spread.trees, name).copy()
    wrong[3, 0] = value
    data = replace(spread, trees=replace(spread.trees, **{name: wrong})).to_bytes()
    with pytest.raises(ArtefactRefusedError, match="columns that there are not"):
        TreeSpread.from_bytes(data, features=len(wide_names()))


def test_a_model_without_a_spread_cannot_score_a_patient() -> None:
    model = small_model.model()
    without = CalibratedModel(model.engine, model.calibration)
    with pytest.raises(NoSpreadError):
        without.scored(small_model.wide_rows())


def _sum(trees: MemberTrees, row: Vector, member: int) -> float:
    return sum(float(trees.leaf[tree][_leaf(trees, tree, row)]) for tree in range(member, len(trees.leaf), trees.members))


def _leaf(trees: MemberTrees, tree: int, row: Vector) -> int:
    place = 0
    while place < 7:
        value = np.float32(row[trees.feature[tree, place]])
        right = trees.missing_right[tree, place] if np.isnan(value) else value >= trees.threshold[tree, place]
        place = 2 * place + 1 + int(right)
    return place - 7
