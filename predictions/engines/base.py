"""What every learner offers: fit, log-odds, additive contributions to them, and bytes that hold no code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import ClassVar, Protocol, Self, TypeAlias, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from predictions.errors import ArtefactRefusedError, ParametersRefusedError

Matrix: TypeAlias = npt.NDArray[np.float64]
Vector: TypeAlias = npt.NDArray[np.float64]
Labels: TypeAlias = npt.NDArray[np.bool_]


@runtime_checkable
class Engine(Protocol):
    """A learner of log-odds. Constructors only keep parameters; `fit` learns and returns the engine itself."""

    name: ClassVar[str]

    def fit(self, matrix: Matrix, labels: Labels, *, categories: tuple[bool, ...], seed: int) -> Self:
        """Learn; the same data and seed give the same engine. `categories` marks columns of codes without an order."""
        ...

    def log_odds(self, matrix: Matrix) -> Vector:
        """One number a row, not yet calibrated."""
        ...

    def contributions(self, matrix: Matrix) -> Matrix:
        """One number a feature, and a last column with the base; each row adds up to its log-odds."""
        ...

    def to_bytes(self) -> bytes:
        """The learned state in a format that can only hold data."""
        ...

    @classmethod
    def from_bytes(cls, data: bytes, *, categories: tuple[bool, ...]) -> Self:
        """The learned state again; ArtefactRefusedError when it does not fit the features."""
        ...

    @classmethod
    def with_parameters(cls, given: Mapping[str, object]) -> Self:
        """An engine with these parameters and the defaults of the others; ParametersRefusedError for what it has not."""
        ...

    @property
    def parameters(self) -> dict[str, float | int | str]:
        """What the constructor was given, for the record."""
        ...


Settings = TypeVar("Settings")


def settings_from(kind: type[Settings], given: Mapping[str, object]) -> Settings:
    """The settings of a learner from plain values, each of the type of its default."""
    defaults = vars(kind())
    for name, value in given.items():
        if name not in defaults:
            msg = f"There is no parameter {name!r}; there are {', '.join(defaults)}."
            raise ParametersRefusedError(msg)
        fits = type(value) is type(defaults[name]) or (type(defaults[name]) is float and type(value) is int)
        if not fits:
            msg = f"The parameter {name!r} is {value!r}, which is no {type(defaults[name]).__name__}."
            raise ParametersRefusedError(msg)
    return kind(**given)


def marked(name: str, state: bytes) -> bytes:
    """A learner's bytes, behind a line that says whose they are and what their SHA-256 is."""
    return b"%s 1 %s\n%s" % (name.encode(), hashlib.sha256(state).hexdigest().encode(), state)


def unmarked(name: str, data: bytes) -> bytes:
    """The bytes behind that line. Another learner's, cut or changed ones are refused before a parser sees them:
    those of the libraries end the whole process on some of what they cannot read.
    """
    line, _, state = data.partition(b"\n")
    if not line.startswith(b"%s 1 " % name.encode()):
        msg = f"These bytes are not those of a {name} model."
        raise ArtefactRefusedError(msg)
    if line.rpartition(b" ")[2] != hashlib.sha256(state).hexdigest().encode():
        msg = f"The bytes of this {name} model were cut or changed."
        raise ArtefactRefusedError(msg)
    return state
