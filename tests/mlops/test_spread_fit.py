from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from mlops import known_chances, spread
from mlops.datasets import Dataset, Part
from mlops.members import MemberParameters, fit_members, times_drawn
from mlops.training import FITS, FITS_WITHOUT_SPREAD, train
from mlops.validation.coverage import KnownCoverage
from predictions.engines.base import Vector
from predictions.engines.boosted import BoostedParameters, BoostedTrees
from predictions.engines.calibrated import CalibratedModel
from predictions.engines.spread import TreeSpread
from predictions.features import names
from tests import small_model

MANY = MemberParameters(members=12, rounds=15, min_child_weight=2)


def part() -> Part:
    return small_model.dataset().training


@cache
def members(*, seed: int = 0) -> TreeSpread:
    rows = part()
    trees = fit_members(rows.matrix, rows.readmitted, rows.patients, seed=seed, settings=MANY)
    return TreeSpread(trees, floor=0.1, factor=1.0)


def steady() -> BoostedTrees:
    return BoostedTrees(BoostedParameters(trees=60, learning_rate=0.1, min_child_weight=10))


@cache
def large() -> Dataset:
    return small_model.dataset(copies=24, seed=5)


def test_the_same_rows_and_seed_give_the_same_bytes_and_another_seed_others() -> None:
    first, second = (small_model.train(part(), seed=3, engine=small_model.few_trees).spread for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.to_bytes() == second.to_bytes()
    assert members().to_bytes() != members(seed=1).to_bytes()


def test_patients_are_drawn_with_all_their_stays() -> None:
    times = times_drawn(np.array([7, 3, 7, 7, 3]), members=50, random=np.random.default_rng(0))
    assert (times[0] == times[2]).all()
    assert (times[1] == times[4]).all()
    assert not (times[0] == times[1]).all()


def test_members_differ_more_about_rows_of_which_they_saw_few() -> None:
    """Stays in the year before: five or more are rare among the rows that they learned from."""
    stays = names().index("inpatient_stays_prior_year")
    rows = part().matrix
    often = np.bincount(rows[:, stays].astype(int))[rows[:, stays].astype(int)]
    deviations = members().trees.deviations(rows)
    assert deviations[often <= np.quantile(often, 0.2)].mean() > deviations[often >= np.quantile(often, 0.8)].mean()


@pytest.mark.parametrize(("floor", "factor"), [(0.1, 0.0), (0.0, 1.5), (0.2, 1.0)])
def test_the_width_follows_the_size_of_the_misses(floor: float, factor: float) -> None:
    random = np.random.default_rng(4)
    deviations = random.uniform(0.05, 0.4, 60_000)
    standard = np.sqrt(floor**2 + (factor * deviations) ** 2)
    found_floor, found_factor = spread.width_of(standard * random.normal(size=len(deviations)), deviations)
    half = np.sqrt(found_floor**2 + (found_factor * deviations) ** 2)
    assert np.allclose(half, 1.96 * standard, rtol=0.08, atol=0.02)


@pytest.mark.parametrize("misses", [np.array([0.1, 0.2, 0.3]), np.array([0.0, 0.0, 0.5])])
def test_deviations_that_tell_nothing_leave_a_width_that_holds_the_misses(misses: Vector) -> None:
    floor, factor = spread.width_of(misses, np.array([0.3, 0.2, 0.1]))
    assert factor == 0
    assert floor > 0


def test_every_fit_is_told_and_the_spread_can_be_left_out() -> None:
    told: list[None] = []
    model = train(part(), seed=0, engine=small_model.few_trees, on_fit=lambda: told.append(None), with_spread=False)
    assert (model.spread, len(told)) == (None, FITS_WITHOUT_SPREAD)
    train(part(), seed=0, engine=small_model.few_trees, on_fit=lambda: told.append(None))
    assert len(told) == FITS_WITHOUT_SPREAD + FITS


def test_in_worlds_with_known_chances_the_intervals_hold_them() -> None:
    worlds = list(known_chances.check(large(), seed=1, repeats=2, engine=steady, truth=steady))
    inside = np.mean([world.inside for world in worlds])
    assert 0.90 <= inside <= 0.985


def test_intervals_made_too_narrow_do_not() -> None:
    model = train(large().training, seed=1, engine=steady)
    assert isinstance(model.spread, TreeSpread)
    narrow = replace(model.spread, floor=model.spread.floor / 4, factor=model.spread.factor / 4)
    assert _inside(model, narrow) < 0.6 < _inside(model, model.spread)


def _inside(model: CalibratedModel, found: TreeSpread) -> float:
    """In the world of the small data set, whose rule is known: the share of the rows whose true chance is in the interval."""
    held_out = large().held_out
    stays = held_out.matrix[:, names().index("inpatient_stays_prior_year")]
    true = 0.08 + 0.05 * np.minimum(stays, 8)
    low, high = found.intervals(model.wide(held_out.matrix), model.probabilities(held_out.matrix))
    return KnownCoverage(float(((low <= true) & (true <= high)).mean()), (), (), 0.0).inside
