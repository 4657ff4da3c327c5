from __future__ import annotations

import json

import numpy as np
import pytest

from predictions.engines.base import marked, unmarked
from predictions.engines.network import NeuralNetwork, _session
from predictions.engines.network_inputs import Inputs
from predictions.errors import ArtefactRefusedError
from predictions.features import schema
from predictions.features.derivation import derive
from predictions.features.golden import golden_matrix
from tests import small_model
from tests.predictions.test_engines import SMALL, fitted

pytest.importorskip("torch", reason="the network is learned with torch, which is not installed here")


def small() -> NeuralNetwork:
    network = fitted("network")
    assert isinstance(network, NeuralNetwork)
    return network


def test_onnx_gives_what_torch_gives() -> None:
    from predictions.engines import network_graph, network_training  # noqa: PLC0415  not where torch is missing

    part, settings = small_model.dataset().training, small().settings
    rows = derive(part.matrix)
    inputs = Inputs.of(rows, categories=schema.categories(), steps=settings.steps, fewest_rows=settings.fewest_rows)
    dense, places = inputs.dense(rows), inputs.places(rows)
    sizes = [levels.size for levels in inputs.levels]
    learned = network_training.learn(dense, places, sizes, part.readmitted, settings=settings, seed=3)
    by_torch = network_training.log_odds(learned.weights, dense, places)
    (by_onnx,) = _session(network_graph.score_graph(learned.weights)).run(None, {"dense": dense, "places": places})
    assert np.allclose(by_onnx, by_torch, atol=1e-6)


def test_a_column_that_stands_where_the_average_stands_contributes_nothing() -> None:
    network, rows = small(), derive(golden_matrix()[:50])
    column = schema.names().index("length_of_stay_days")
    rows[:, column] = np.nan  # never missing in training, so its flag is unknown and it counts as the average
    assert np.abs(network.contributions(rows)[:, column]).max() < 1e-7


def test_parts_go_with_what_a_column_does_alone() -> None:
    """Against the plainest question of all: how the score moves when this column alone goes back to the average."""
    network, rows = small(), derive(golden_matrix()[:200])
    column = schema.names().index("inpatient_stays_prior_year")
    without = rows.copy()
    without[:, column] = np.nan
    alone = network.log_odds(rows) - network.log_odds(without)
    assert np.corrcoef(network.contributions(rows)[:, column], alone)[0, 1] > 0.9


def test_graphs_of_other_inputs_are_refused() -> None:
    line, graphs = unmarked("network", small().to_bytes()).split(b"\n", 1)
    fields = json.loads(line)
    fields["inputs"]["levels"].pop()
    with pytest.raises(ArtefactRefusedError, match="not those of its inputs"):
        NeuralNetwork.from_bytes(
            marked("network", b"\n".join((json.dumps(fields).encode(), graphs))), categories=schema.categories()
        )


def test_a_matrix_without_codes_can_be_learned_from() -> None:
    part = small_model.dataset().training
    numbers = part.matrix[:, :5]
    network = SMALL["network"]().fit(numbers, part.readmitted, categories=(False,) * 5, seed=0)
    assert np.isfinite(network.log_odds(numbers)).all()
