"""What a type of resource is made of: where its rows come from, how they are told, and by what they can be searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from predictions.fhir.caller import Caller, Resource
from predictions.fhir.searching.parameters import Parameter
from predictions.fhir.searching.values import Token

Tell = Callable[[Caller, Sequence[Any]], Iterable[Sequence[Resource]]]
Sieve = Callable[[Resource, Token], bool]


@dataclass(frozen=True)
class Source:
    """Rows, in the order of their keys, each told as no, one or more resources."""

    rows: Callable[[Caller], QuerySet[Any]]
    tell: Tell
    parameters: Sequence[Parameter]
    key: str = "pk"

    def condition(self, name: str, text: str, modifier: str) -> Q:
        parameter = next((parameter for parameter in self.parameters if parameter.name == name), None)
        return parameter.condition(text, modifier) if parameter else Q()


@dataclass(frozen=True)
class Kind:
    """One type. `sieves` look at what is told, and not at rows; `needs_one_of` keeps a search within bounds."""

    name: str
    sources: Sequence[Source]
    read: Callable[[Caller, str], Resource | None]
    sieves: Mapping[str, Sieve] = field(default_factory=dict)
    includes: Mapping[str, Callable[[Resource], str]] = field(default_factory=dict)
    needs_one_of: Sequence[str] = ()
    writable: bool = False
    says: str = ""

    @property
    def parameters(self) -> list[Parameter]:
        """Each once, by name."""
        named = {parameter.name: parameter for source in self.sources for parameter in source.parameters}
        return list(named.values())

    @property
    def searched_by(self) -> list[tuple[str, str, str]]:
        """(name, type, what it says) of each search parameter."""
        told = [(parameter.name, parameter.type, parameter.says) for parameter in self.parameters]
        return sorted([*told, *((name, "token", "") for name in self.sieves)])

    def find(self, name: str) -> Parameter | None:
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


def one_each(tell: Callable[[Any], Resource]) -> Tell:
    """Of rows that are one resource each."""

    def told(_caller: Caller, rows: Sequence[Any]) -> Iterable[Sequence[Resource]]:
        return ([tell(row)] for row in rows)

    return told


def coded(*path: str) -> Sieve:
    """Whether the concept at the path bears the code; also for plain codes."""

    def passes(resource: Resource, asked: Token) -> bool:
        found: Any = resource
        for name in path:
            found = found.get(name, {}) if isinstance(found, dict) else {}
        concepts = found if isinstance(found, list) else [found]
        return any(_bears(concept, asked) for concept in concepts)

    return passes


def _bears(concept: Any, asked: Token) -> bool:
    if isinstance(concept, str):
        return asked.system in {None, ""} and concept == asked.code
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    return any(asked.system in {None, coding.get("system", "")} and coding.get("code") == asked.code for coding in codings)
