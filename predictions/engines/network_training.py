"""How the network learns: the only module that names torch. Imported by `fit` and by nothing that scores.

Every head has a loss of its own, so that they stay an ensemble; rows set aside at random tell when to stop, and the
weights of the best epoch are kept. On a GPU where there is one. On a processor the same seed gives the same weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from predictions.engines.base import Labels
from predictions.engines.columns import Places
from predictions.engines.network_graph import NetworkWeights, Reference
from predictions.engines.network_inputs import Dense
from predictions.engines.network_parameters import NetworkParameters

_ROWS_AT_ONCE = 4096
_WARM_UP = 0.1  # the share of all steps in which the learning rate rises
_UNIT_SPREAD = 0.1  # of embeddings before anything is learned


@dataclass(frozen=True)
class Learned:
    """What a fit leaves."""

    weights: NetworkWeights
    reference: Reference


def learn(
    dense: Dense, places: Places, sizes: Sequence[int], labels: Labels, *, settings: NetworkParameters, seed: int
) -> Learned:
    """The weights after the best epoch. `sizes` has the number of places of each coded column."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    inputs = _Rows(torch.from_numpy(dense).to(device), torch.from_numpy(places).to(device))
    outcomes = torch.from_numpy(labels.astype(np.float32)).to(device)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        weights = _fresh(dense.shape[1], sizes, settings, rate=float(labels.mean()), device=device)
        _descend(weights, inputs, outcomes, settings, random=np.random.default_rng(seed))
    with torch.no_grad():
        return Learned(weights.as_arrays(), _reference(weights, inputs))


def log_odds(weights: NetworkWeights, dense: Dense, places: Places) -> npt.NDArray[np.float32]:
    """What torch itself makes of rows: the test holds ONNX to it."""
    with torch.no_grad():
        tables = [torch.tensor(table) for table in weights.tables]
        rest = {name: torch.tensor(getattr(weights, name)) for name in _SINGLE}
        rows = _Rows(torch.from_numpy(dense), torch.from_numpy(places))
        found: npt.NDArray[np.float32] = _Weights(tables, **rest).heads(rows, dropout=0).mean(1).numpy()
        return found


_SINGLE = (
    "first", "first_scale", "first_offset", "second_in", "second_scale", "second_offset", "out", "second", "out_offset",
)  # fmt: skip
_DECAYED = ("first", "second", "out")


@dataclass
class _Rows:
    dense: Tensor
    places: Tensor

    def __len__(self) -> int:
        return len(self.dense)

    def of(self, rows: Tensor | slice) -> _Rows:
        return _Rows(self.dense[rows], self.places[rows])

    def pieces(self) -> Iterator[_Rows]:
        for first in range(0, len(self), _ROWS_AT_ONCE):
            yield self.of(slice(first, first + _ROWS_AT_ONCE))


@dataclass
class _Weights:
    """The tensors under the names that `NetworkWeights` gives them."""

    tables: list[Tensor]
    first: Tensor
    first_scale: Tensor
    first_offset: Tensor
    second_in: Tensor
    second_scale: Tensor
    second_offset: Tensor
    out: Tensor
    second: Tensor
    out_offset: Tensor

    def heads(self, rows: _Rows, *, dropout: float) -> Tensor:
        """One log-odds a row and head."""
        first = self.before_first_bend(self.embedded(rows))
        bent = functional.dropout(torch.relu(first), dropout, training=dropout > 0)
        second = functional.dropout(torch.relu(self.before_second_bend(bent)), dropout, training=dropout > 0)
        return (second * self.out).sum(-1) + self.out_offset

    def embedded(self, rows: _Rows) -> Tensor:
        coded = [functional.embedding(rows.places[:, number], table) for number, table in enumerate(self.tables)]
        return torch.cat([rows.dense, *coded], dim=1)

    def before_first_bend(self, row: Tensor) -> Tensor:
        return (row @ self.first)[:, None, :] * self.first_scale + self.first_offset

    def before_second_bend(self, bent: Tensor) -> Tensor:
        return ((bent * self.second_in) @ self.second) * self.second_scale + self.second_offset

    def every(self) -> list[Tensor]:
        return [*self.tables, *(getattr(self, name) for name in _SINGLE)]

    def groups(self, settings: NetworkParameters) -> list[dict[str, object]]:
        """Weights are pulled towards nought, embeddings harder; scales and offsets are not."""
        decayed = [getattr(self, name) for name in _DECAYED]
        free = [getattr(self, name) for name in _SINGLE if name not in _DECAYED]
        return [
            {"params": decayed, "weight_decay": settings.weight_decay},
            {"params": self.tables, "weight_decay": settings.embedding_decay},
            {"params": free, "weight_decay": 0.0},
        ]

    def as_arrays(self) -> NetworkWeights:
        arrays = {name: getattr(self, name).detach().cpu().numpy() for name in _SINGLE}
        return NetworkWeights(tuple(table.detach().cpu().numpy() for table in self.tables), **arrays)


def _fresh(width: int, sizes: Sequence[int], settings: NetworkParameters, *, rate: float, device: torch.device) -> _Weights:
    """Heads begin as random signs of the same units (Wen et al. 2020) and at the rate of the outcome."""
    heads, units = settings.heads, settings.width
    dimensions = [min(settings.embedding, (size + 1) // 2) for size in sizes]
    width += sum(dimensions)
    start = float(np.log(rate / (1 - rate)))
    weights = _Weights(
        tables=[
            torch.randn(size, dimension) * _UNIT_SPREAD for size, dimension in zip(sizes, dimensions, strict=True)
        ],
        first=torch.randn(width, units) * width**-0.5,
        first_scale=torch.randn(heads, units).sign(),
        first_offset=torch.zeros(heads, units),
        second_in=torch.randn(heads, units).sign(),
        second_scale=torch.ones(heads, units),
        second_offset=torch.zeros(heads, units),
        out=torch.randn(heads, units) * units**-0.5,
        second=torch.randn(units, units) * (2 / units) ** 0.5,
        out_offset=torch.full((heads,), start),
    )  # fmt: skip
    moved = {name: getattr(weights, name).to(device).requires_grad_() for name in _SINGLE}
    return _Weights([table.to(device).requires_grad_() for table in weights.tables], **moved)


def _descend(
    weights: _Weights, rows: _Rows, outcomes: Tensor, settings: NetworkParameters, random: np.random.Generator
) -> None:
    order = random.permutation(len(rows))
    judged, learned = np.split(order, [max(1, round(settings.judged_share * len(rows)))])
    judges = torch.from_numpy(judged).to(outcomes.device)
    judging_rows, judging_outcomes = rows.of(judges), outcomes[judges]
    optimizer = torch.optim.AdamW(weights.groups(settings), lr=settings.learning_rate)
    steps = settings.epochs * -(-len(learned) // settings.batch_rows)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=max(steps, 2), pct_start=_WARM_UP
    )
    best, kept, since = float("inf"), weights.every(), 0
    for _epoch in range(settings.epochs):
        shuffled = torch.from_numpy(random.permutation(learned)).to(outcomes.device)
        for batch in torch.split(shuffled, settings.batch_rows):
            heads = weights.heads(rows.of(batch), dropout=settings.dropout)
            loss = functional.binary_cross_entropy_with_logits(heads, outcomes[batch][:, None].expand_as(heads))
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
        found, since = _judged(weights, judging_rows, judging_outcomes), since + 1
        if found < best:
            best, kept, since = found, [tensor.detach().clone() for tensor in weights.every()], 0
        if since >= settings.patience:
            break
    with torch.no_grad():
        for tensor, value in zip(weights.every(), kept, strict=True):
            tensor.copy_(value)


def _judged(weights: _Weights, rows: _Rows, outcomes: Tensor) -> float:
    """Log loss of the ensemble."""
    with torch.no_grad():
        together = torch.cat([weights.heads(piece, dropout=0).mean(1) for piece in rows.pieces()])
        return float(functional.binary_cross_entropy_with_logits(together, outcomes))


def _reference(weights: _Weights, rows: _Rows) -> Reference:
    row = sum(weights.embedded(piece).double().sum(0) for piece in rows.pieces()) / len(rows)
    average = torch.as_tensor(row).float()
    first = weights.before_first_bend(average[None])
    second = weights.before_second_bend(torch.relu(first))
    log_odds = ((torch.relu(second) * weights.out).sum(-1) + weights.out_offset).mean()
    return Reference(average.cpu().numpy(), first[0].cpu().numpy(), second[0].cpu().numpy(), float(log_odds))
