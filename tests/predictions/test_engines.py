"""What every learner promises, held for each of them on the same small data."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from mlops import training
from predictions.engines import artefact
from predictions.engines.base import Engine, Matrix, marked
from predictions.engines.boosted import BoostedParameters, BoostedTrees
from predictions.engines.linear import LinearModel, LinearParameters
from predictions.engines.network import NeuralNetwork
from predictions.engines.network_parameters import NetworkParameters
from predictions.engines.registry import ENGINES, engine_called
from predictions.errors import ArtefactRefusedError, ParametersRefusedError
from predictions.features import schema, schema_hash
from predictions.features.derivation import derive
from predictions.features.golden import golden_matrix
from predictions.features.schema import plain_names
from tests import small_model

SMALL: dict[str, Callable[[], Engine]] = {
    "boosted": lambda: BoostedTrees(BoostedParameters(trees=25, min_child_weight=2, learning_rate=0.3)),
    "linear": lambda: LinearModel(LinearParameters(fewest_rows=20)),
    "network": lambda: NeuralNetwork(NetworkParameters(heads=3, width=16, steps=4, epochs=2, batch_rows=128, fewest_rows=20)),
}


@cache
def fitted(name: str, seed: int = 3) -> Engine:
    part = small_model.dataset().training
    return SMALL[name]().fit(derive(part.matrix), part.readmitted, categories=schema.categories(), seed=seed)


@cache
def golden_rows() -> Matrix:
    """As learners read them."""
    return derive(golden_matrix())


@pytest.fixture(params=SMALL)
def name(request: pytest.FixtureRequest) -> str:
    if request.param == "network":
        pytest.importorskip("torch", reason="the network is learned with torch, which is not installed here")
    return str(request.param)


@pytest.fixture
def engine(name: str) -> Engine:
    """As it serves: read back from its bytes."""
    return engine_called(name).from_bytes(fitted(name).to_bytes(), categories=schema.categories())


def test_every_learner_is_held_to_these_promises() -> None:
    assert set(ENGINES) == SMALL.keys()
    for name, make in SMALL.items():
        assert isinstance(make(), Engine)
        assert make().name == engine_called(name).name == name


def test_no_learner_goes_by_another_name() -> None:
    with pytest.raises(ArtefactRefusedError, match="no engine called 'oracle'"):
        engine_called("oracle")


def test_the_same_data_and_seed_give_the_same_bytes(name: str) -> None:
    part = small_model.dataset().training
    again = SMALL[name]().fit(derive(part.matrix), part.readmitted, categories=schema.categories(), seed=3)
    assert again.to_bytes() == fitted(name).to_bytes()


def test_it_learns_who_comes_back(name: str) -> None:
    held_out = small_model.dataset().held_out
    scores = fitted(name).log_odds(derive(held_out.matrix))
    assert scores.shape == held_out.readmitted.shape
    assert scores[held_out.readmitted].mean() > scores[~held_out.readmitted].mean()


def test_contributions_add_up_to_the_log_odds(engine: Engine) -> None:
    contributions = engine.contributions(golden_rows())
    assert contributions.shape == (len(golden_rows()), len(plain_names()) + 1)
    assert len(set(contributions[:, -1])) == 1
    assert np.allclose(contributions.sum(axis=1), engine.log_odds(golden_rows()), atol=1e-5)


def test_a_learner_read_back_from_its_bytes_is_the_same(name: str, engine: Engine) -> None:
    assert np.array_equal(engine.log_odds(golden_rows()), fitted(name).log_odds(golden_rows()))
    assert np.array_equal(engine.contributions(golden_rows()), fitted(name).contributions(golden_rows()))
    assert engine.to_bytes() == fitted(name).to_bytes()


def test_one_row_is_explained_to_the_bit_as_in_a_batch(engine: Engine) -> None:
    together = engine.contributions(golden_rows())
    for row in range(0, 200, 7):
        assert np.array_equal(engine.contributions(golden_rows()[row : row + 1])[0], together[row])


def test_a_row_with_everything_missing_still_gets_a_score(engine: Engine) -> None:
    empty = np.full((2, len(plain_names())), np.nan)
    assert np.isfinite(engine.log_odds(empty)).all()
    assert np.isfinite(engine.contributions(empty)).all()


def test_codes_that_no_training_row_had_are_scored_alike(engine: Engine) -> None:
    rows = np.repeat(golden_rows()[:1], 3, axis=0)
    rows[:, plain_names().index("discharge_disposition")] = [31, 40, 99]
    assert len(set(engine.log_odds(rows))) == 1


def test_other_numbers_of_columns_are_refused(name: str) -> None:
    with pytest.raises(ArtefactRefusedError, match=f"{len(plain_names())} features"):
        engine_called(name).from_bytes(fitted(name).to_bytes(), categories=(False,) * 5)


def test_cut_bytes_are_refused(name: str) -> None:
    data = fitted(name).to_bytes()
    for kept in (0, 5, len(marked(name, b"")), len(data) // 3, len(data) // 2, len(data) - 1):
        with pytest.raises(ArtefactRefusedError):
            engine_called(name).from_bytes(data[:kept], categories=schema.categories())


def test_a_changed_byte_is_refused(name: str) -> None:
    whole = fitted(name).to_bytes()
    for place in (0, len(name) + 3, len(whole) // 2, len(whole) - 1):
        data = bytearray(whole)
        data[place] ^= 1
        with pytest.raises(ArtefactRefusedError):
            engine_called(name).from_bytes(bytes(data), categories=schema.categories())


@pytest.mark.parametrize("state", [b"", b"{}", b"[1]\n[2]", b"null\n\x08", b"\x80\x04cos\nsystem\n", b"[" * 100_000])
def test_bytes_that_are_no_learned_state_are_refused(name: str, state: bytes) -> None:
    for data in (state, marked(name, state), marked("another", state)):
        with pytest.raises(ArtefactRefusedError):
            engine_called(name).from_bytes(data, categories=schema.categories())


def test_the_bytes_of_every_other_learner_are_refused_unread(name: str) -> None:
    for other in SMALL.keys() - {name}:
        with pytest.raises(ArtefactRefusedError, match=f"not those of a {other} model"):
            engine_called(other).from_bytes(fitted(name).to_bytes(), categories=schema.categories())


def test_a_model_of_it_is_trained_packed_and_served(name: str) -> None:
    model = training.train(small_model.dataset().training, seed=0, engine=SMALL[name])
    data = artefact.pack(model)
    served = artefact.unpack(data, sha256=artefact.sha256_of(data), feature_schema=schema_hash())
    explained = served.explained(golden_matrix())
    assert np.allclose(explained.base_probability + explained.parts.sum(axis=1), explained.probabilities, atol=1e-9, rtol=0)
    assert np.allclose(explained.probabilities, model.probabilities(golden_matrix()), atol=1e-6)


def test_its_parameters_are_plain_enough_to_be_kept(name: str) -> None:
    assert all(type(value) in {int, float, str} for value in SMALL[name]().parameters.values())


def test_it_takes_its_own_parameters_and_no_others(name: str) -> None:
    made = engine_called(name).with_parameters(SMALL[name]().parameters)
    assert made.parameters == SMALL[name]().parameters
    first, value = next(iter(made.parameters.items()))
    for wrong in ({"surplus": 1}, {first: "many"}, {first: True}, {first: None}):
        with pytest.raises(ParametersRefusedError):
            engine_called(name).with_parameters(wrong)
    assert engine_called(name).with_parameters({first: value}).parameters[first] == value
