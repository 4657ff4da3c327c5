"""The one list of learners. To add one, write its module and name it here.

A learner is imported when it is asked for: a process that serves one of them need not carry the libraries of the others.
"""

from __future__ import annotations

from collections.abc import Callable

from predictions.engines.base import Engine
from predictions.errors import ArtefactRefusedError


def engine_called(name: str) -> type[Engine]:
    """The learner's class; ArtefactRefusedError for a name that this software does not know."""
    if name not in _ENGINES:
        msg = f"This software has no engine called {name!r}."
        raise ArtefactRefusedError(msg)
    return _ENGINES[name]()


def _boosted() -> type[Engine]:
    from predictions.engines.boosted import BoostedTrees  # noqa: PLC0415  see the module

    return BoostedTrees


def _linear() -> type[Engine]:
    from predictions.engines.linear import LinearModel  # noqa: PLC0415  see the module

    return LinearModel


def _network() -> type[Engine]:
    from predictions.engines.network import NeuralNetwork  # noqa: PLC0415  see the module

    return NeuralNetwork


_ENGINES: dict[str, Callable[[], type[Engine]]] = {"boosted": _boosted, "linear": _linear, "network": _network}
NAMES = tuple(_ENGINES)
DEFAULT = "boosted"
