"""The one list of learners. To add one, write its module and name it here."""

from __future__ import annotations

from predictions.engines.base import Engine
from predictions.engines.boosted import BoostedTrees
from predictions.engines.linear import LinearModel
from predictions.engines.network import NeuralNetwork
from predictions.errors import ArtefactRefusedError

ENGINES: dict[str, type[Engine]] = {engine.name: engine for engine in (BoostedTrees, LinearModel, NeuralNetwork)}
DEFAULT = BoostedTrees.name


def engine_called(name: str) -> type[Engine]:
    """The learner's class; ArtefactRefusedError for a name that this software does not know."""
    if name not in ENGINES:
        msg = f"This software has no engine called {name!r}."
        raise ArtefactRefusedError(msg)
    return ENGINES[name]
