"""A neural network for tables, learned by torch and served as ONNX by onnxruntime, which knows nothing of torch.

Eight networks in one, after TabM (Gorishniy et al. 2024): they share their layers' weights and differ by scales and
offsets of their own, and their mean is the score. Numbers come as steps, codes as embeddings.

What a column contributes is DeepLIFT's answer (Shrikumar et al. 2017, rescale rule; Lundberg and Lee 2017 show it as an
approximation of Shapley values): the distance from the average row's log-odds, taken apart layer by layer. It adds up to
the log-odds by construction, has no noise, and costs one pass forward and one back, where sampled Shapley values over
forty concepts would cost eighty passes forward for one pair of orders. Its limit is that it shares what columns do
together by rule and not by trying every order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from predictions.engines.base import Labels, Matrix, Vector, marked, settings_from, unmarked
from predictions.engines.network_inputs import Inputs
from predictions.engines.network_parameters import NetworkParameters
from predictions.errors import ArtefactRefusedError, LearnerMissingError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_ROWS_AT_ONCE = 512
_FEWEST_AT_ONCE = 2  # a single row takes another way through onnxruntime's arithmetic, with another last digit


@dataclass(frozen=True)
class _Graphs:
    """What was learned, as it is kept. `base` is the average row's log-odds."""

    inputs: Inputs
    base: float
    score: bytes
    parts: bytes

    def as_bytes(self) -> bytes:
        fields = {"base": self.base, "score_length": len(self.score), "inputs": self.inputs.as_json()}
        return b"\n".join((json.dumps(fields).encode(), self.score + self.parts))

    @classmethod
    def from_bytes(cls, data: bytes, *, count: int) -> Self:
        line, _, graphs = data.partition(b"\n")
        try:
            fields = json.loads(line)
            base, length = float(fields["base"]), int(fields["score_length"])
            inputs = Inputs.from_json(fields["inputs"], count=count)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            msg = "The network's description cannot be read."
            raise ArtefactRefusedError(msg) from error
        if not 0 < length < len(graphs) or not np.isfinite(base):
            msg = "The network's graphs were cut."
            raise ArtefactRefusedError(msg)
        return cls(inputs, base, graphs[:length], graphs[length:])


@dataclass
class NeuralNetwork:
    """The ensemble."""

    name: ClassVar[str] = "network"
    settings: NetworkParameters = field(default_factory=NetworkParameters)

    def fit(self, matrix: Matrix, labels: Labels, *, categories: tuple[bool, ...], seed: int) -> Self:
        try:
            from predictions.engines import network_graph, network_training  # noqa: PLC0415  what scores needs neither
        except ImportError as error:
            msg = "The network is learned with torch and onnx, which are not installed here: they are the extra 'train'."
            raise LearnerMissingError(msg) from error
        settings = self.settings
        inputs = Inputs.of(matrix, categories=categories, steps=settings.steps, fewest_rows=settings.fewest_rows)
        sizes = [levels.size for levels in inputs.levels]
        learned = network_training.learn(
            inputs.dense(matrix), inputs.places(matrix), sizes, labels, settings=settings, seed=seed
        )
        weights = learned.weights
        embedded = [np.full(table.shape[1], own.column) for own, table in zip(inputs.levels, weights.tables, strict=True)]
        columns = np.concatenate([inputs.dense_columns, *embedded])
        parts = network_graph.parts_graph(weights, learned.reference, columns, len(categories))
        self._graphs = _Graphs(inputs, learned.reference.log_odds, network_graph.score_graph(weights), parts)
        return self

    def log_odds(self, matrix: Matrix) -> Vector:
        return self._run(self._score, matrix)

    def contributions(self, matrix: Matrix) -> Matrix:
        parts = self._run(self._parts, matrix)
        return np.column_stack([parts, np.full(len(matrix), self._graphs.base)])

    def to_bytes(self) -> bytes:
        return marked(self.name, self._graphs.as_bytes())

    @classmethod
    def from_bytes(cls, data: bytes, *, categories: tuple[bool, ...]) -> Self:
        engine = cls()
        engine._graphs = _Graphs.from_bytes(unmarked(cls.name, data), count=len(categories))
        engine._score, engine._parts  # noqa: B018  read now, while nobody waits for a score
        engine._refuse_other_shapes(len(categories))
        return engine

    @classmethod
    def with_parameters(cls, given: Mapping[str, object]) -> Self:
        return cls(settings_from(NetworkParameters, given))

    @property
    def parameters(self) -> dict[str, float | int | str]:
        return asdict(self.settings)

    @cached_property
    def _score(self) -> InferenceSession:
        return _session(self._graphs.score)

    @cached_property
    def _parts(self) -> InferenceSession:
        return _session(self._graphs.parts)

    def _run(self, session: InferenceSession, matrix: Matrix) -> Matrix:
        """Some rows at a time: what a row gets depends neither on how many come with it nor on its place among them."""
        inputs = self._graphs.inputs
        found = []
        for first in range(0, len(matrix), _ROWS_AT_ONCE):
            rows = matrix[first : first + _ROWS_AT_ONCE]
            padded = np.concatenate([rows, rows]) if len(rows) < _FEWEST_AT_ONCE else rows
            (output,) = session.run(None, {"dense": inputs.dense(padded), "places": inputs.places(padded)})
            found.append(output[: len(rows)])
        return np.concatenate(found).astype(np.float64)

    def _refuse_other_shapes(self, count: int) -> None:
        expected = {"dense": len(self._graphs.inputs.dense_columns), "places": len(self._graphs.inputs.levels)}
        for session in (self._score, self._parts):
            if {given.name: given.shape[1] for given in session.get_inputs()} != expected:
                msg = "The network's graphs are not those of its inputs."
                raise ArtefactRefusedError(msg)
        if self._parts.get_outputs()[0].shape[1] != count:
            msg = f"The network explains {self._parts.get_outputs()[0].shape[1]} features; the software computes {count}."
            raise ArtefactRefusedError(msg)


def _session(graph: bytes) -> InferenceSession:
    import onnxruntime  # noqa: PLC0415  a process that serves another learner need not carry it
    from onnxruntime.capi import onnxruntime_pybind11_state as refused  # noqa: PLC0415  as above

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # requests run side by side; and no sum depends on it
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (
        refused.Fail, refused.InvalidArgument, refused.InvalidGraph, refused.InvalidProtobuf, refused.NoModel,
        refused.NotImplemented, refused.RuntimeException,
    ) as error:  # fmt: skip
        msg = "The network's graph cannot be read."
        raise ArtefactRefusedError(msg) from error
