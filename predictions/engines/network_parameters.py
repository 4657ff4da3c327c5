"""The network's settings, apart from both its sides: what learns imports torch, what scores must not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkParameters:
    """Chosen by hand on one patient-grouped sixth of the training part of protocol C; see docs/modelling.md."""

    heads: int = 8
    width: int = 128
    embedding: int = 8
    steps: int = 8
    fewest_rows: int = 50
    dropout: float = 0.3
    learning_rate: float = 0.003
    weight_decay: float = 0.01
    embedding_decay: float = 0.1
    batch_rows: int = 512
    epochs: int = 5
    patience: int = 2
    judged_share: float = 0.1
