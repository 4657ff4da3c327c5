"""The network as ONNX: one graph from a row's inputs to its log-odds, and one to what each column adds to them.

The graphs are written operator by operator. Exporting the same two with torch's own exporter took five seconds and more
for each, at each of the fits of a cross-validation; a test holds both graphs to what torch computes. Imported only to
learn: it needs `onnx`, while a process that scores needs nothing but onnxruntime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

from predictions.engines.columns import Places

Weights = npt.NDArray[np.float32]
_OPERATORS, _FORMAT = 17, 9  # the opset and the version of ONNX that every onnxruntime since 2022 reads


@dataclass(frozen=True)
class NetworkWeights:
    """A shared first layer, `heads` networks that share one more and differ by scales and offsets, and their outputs."""

    tables: tuple[Weights, ...]  # one embedding for each coded column: place, dimension
    first: Weights  # input, unit
    first_scale: Weights  # head, unit; so are the next five
    first_offset: Weights
    second_in: Weights
    second_scale: Weights
    second_offset: Weights
    out: Weights
    second: Weights  # unit, unit
    out_offset: Weights  # head


@dataclass(frozen=True)
class Reference:
    """The row that parts are distances from: the average of the training rows, in the embedded space."""

    row: Weights
    first: Weights  # head, unit: before the bend
    second: Weights
    log_odds: float


def score_graph(weights: NetworkWeights) -> bytes:
    """Inputs `dense` and `places`; output `log_odds`."""
    graph = _Graph()
    _, _, second = _forward(graph, weights)
    bent = graph.add("Relu", second)
    heads = graph.add("Mul", bent, graph.keep(weights.out / len(weights.out)))
    total = graph.add("ReduceSum", heads, graph.keep(np.array([1, 2], dtype=np.int64)), keepdims=0)
    graph.add("Add", total, graph.keep(np.float32(weights.out_offset.mean())), name="log_odds")
    return graph.finished("log_odds", ["rows"])


def parts_graph(weights: NetworkWeights, reference: Reference, columns: Places, count: int) -> bytes:
    """Inputs `dense` and `places`; output `parts`, one number for each of `count` columns.

    DeepLIFT's rescale rule: what a unit's bend lets through is its change of output over its change of input, both from
    the reference; everything else is linear. `columns` names the matrix's column of each entry of the embedded row.
    """
    graph = _Graph()
    row, first, second = _forward(graph, weights)
    through_second = graph.add("Mul", _rate(graph, second, reference.second), graph.keep(weights.out / len(weights.out)))
    back = graph.add("MatMul", graph.add("Mul", through_second, graph.keep(weights.second_scale)), graph.keep(weights.second.T))
    back = graph.add("Mul", back, graph.keep(weights.second_in))
    through_first = graph.add("Mul", back, _rate(graph, first, reference.first))
    through_first = graph.add("Mul", through_first, graph.keep(weights.first_scale))
    of_units = graph.add("ReduceSum", through_first, graph.keep(np.array([1], dtype=np.int64)), keepdims=0)
    of_inputs = graph.add("MatMul", of_units, graph.keep(weights.first.T))
    moved = graph.add("Sub", row, graph.keep(reference.row))
    belongs = np.zeros((len(columns), count), dtype=np.float32)
    belongs[np.arange(len(columns)), columns] = 1
    graph.add("MatMul", graph.add("Mul", of_inputs, moved), graph.keep(belongs), name="parts")
    return graph.finished("parts", ["rows", count])


class _Graph:
    """A graph in the making; names are numbers, because nobody reads them but a runtime."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._kept: list[TensorProto] = []
        self._inputs: list[ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def keep(self, values: npt.ArrayLike) -> str:
        name = f"kept_{len(self._kept)}"
        self._kept.append(numpy_helper.from_array(np.array(values, order="C"), name))
        return name

    def add(self, operator: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        output = name or f"value_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def finished(self, output: str, shape: Sequence[int | str]) -> bytes:
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self._nodes, "wardlight", self._inputs, outputs, self._kept)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPERATORS)], ir_version=_FORMAT)
        checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


def _forward(graph: _Graph, weights: NetworkWeights) -> tuple[str, str, str]:
    """The embedded row, and what both layers get before their bend."""
    dense_width = len(weights.first) - sum(table.shape[1] for table in weights.tables)
    joined = [graph.input("dense", TensorProto.FLOAT, ["rows", dense_width])]
    places = graph.input("places", TensorProto.INT64, ["rows", len(weights.tables)])
    for number, table in enumerate(weights.tables):
        own = graph.add("Gather", places, graph.keep(np.int64(number)), axis=1)
        joined.append(graph.add("Gather", graph.keep(table), own, axis=0))
    row = graph.add("Concat", *joined, axis=1)
    units = graph.add("MatMul", row, graph.keep(weights.first))
    units = graph.add("Unsqueeze", units, graph.keep(np.array([1], dtype=np.int64)))
    first = graph.add("Mul", units, graph.keep(weights.first_scale))
    first = graph.add("Add", first, graph.keep(weights.first_offset))
    units = graph.add("Mul", graph.add("Relu", first), graph.keep(weights.second_in))
    units = graph.add("MatMul", units, graph.keep(weights.second))
    second = graph.add("Mul", units, graph.keep(weights.second_scale))
    return row, first, graph.add("Add", second, graph.keep(weights.second_offset))


def _rate(graph: _Graph, value: str, reference: Weights) -> str:
    """The bend's change of output over its change of input; its slope where the input has not moved."""
    kept = graph.keep(reference)
    same = graph.add("Equal", value, kept)
    slope = graph.add("Cast", graph.add("Greater", value, graph.keep(np.float32(0))), to=TensorProto.FLOAT)
    risen = graph.add("Sub", graph.add("Relu", value), graph.keep(np.maximum(reference, 0)))
    moved = graph.add("Where", same, graph.keep(np.float32(1)), graph.add("Sub", value, kept))
    return graph.add("Where", same, slope, graph.add("Div", risen, moved))
