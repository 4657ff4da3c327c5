"""The one list of learners. To add one, write its module and name it here.

A learner is imported when it is asked for: a process that serves one of them need not carry the libraries of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from predictions.engines.base import Engine
from predictions.errors import ArtefactRefusedError


def engine_called(name: str) -> type[Engine]:
    """The learner's class; ArtefactRefusedError for a name that this software does not know."""
    if name not in ENGINES:
        msg = f"This software has no engine called {name!r}."
        raise ArtefactRefusedError(msg)
    return ENGINES[name]


def _boosted() -> type[Engine]:
    from predictions.engines.boosted import BoostedTrees  # noqa: PLC0415  see the module

    return BoostedTrees


def _linear() -> type[Engine]:
    from predictions.engines.linear import LinearModel  # noqa: PLC0415  see the module

    return LinearModel


def _network() -> type[Engine]:
    from predictions.engines.network import NeuralNetwork  # noqa: PLC0415  see the module

    return NeuralNetwork


class _Engines(Mapping[str, type[Engine]]):
    """By name; to look for a name imports nothing."""

    def __init__(self, makers: dict[str, Callable[[], type[Engine]]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> type[Engine]:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        return name in self._makers


DEFAULT = "boosted"
ENGINES: Mapping[str, type[Engine]] = _Engines({DEFAULT: _boosted, "linear": _linear, "network": _network})
