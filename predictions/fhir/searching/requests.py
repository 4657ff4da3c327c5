"""A search as it was asked: parameters read strictly, in the way that the client prefers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict

from predictions.fhir.caller import Resource
from predictions.fhir.outcomes import Issue, ResourcesRefusedError, refused
from predictions.fhir.searching.kinds import Kind, Source
from predictions.fhir.searching.values import Token, alternatives, token, unusable
from predictions.sealed import seal, unseal

USUAL_COUNT, MOST_COUNT = 50, 200
MOST_PARAMETERS = 30
PAGE, BY_ID = "_page", "_id"
_OF_THE_ANSWER = frozenset({"_count", "_format", "_pretty", "_include", PAGE})


@dataclass(frozen=True)
class Place:
    """Where a page begins: the source, the key of its first row (None: the newest), and how much of that row was told."""

    source: int = 0
    key: int | None = None
    told: int = 0


@dataclass(frozen=True)
class Search:
    """One search of one type."""

    kind: Kind
    asked: Sequence[tuple[str, str]]  # what the answer says was asked
    count: int
    includes: Sequence[str]
    place: Place

    def condition(self, source: Source) -> Q:
        found = Q()
        for name, text in self.asked:
            plain, _colon, modifier = name.partition(":")
            found &= source.condition(plain, text, modifier)
        return found

    def passes(self, resource: Resource) -> bool:
        for name, text in self.asked:
            sieve = self.kind.sieves.get(name)
            if sieve and not any(sieve(resource, asked) for asked in _tokens(name, text)):
                return False
        return True

    @property
    def ids(self) -> list[str]:
        """Where nothing but ids bounds the search, they are looked up and not searched for."""
        names = {name.partition(":")[0] for name, _text in self.asked}
        if BY_ID not in self.kind.needs_one_of or names & (set(self.kind.needs_one_of) - {BY_ID}):
            return []
        return list(dict.fromkeys(asked.code for name, text in self.asked if name == BY_ID for asked in _tokens(name, text)))

    def page(self, place: Place) -> str:
        """The address's part that leads to another page: it says nothing that anybody else could read."""
        sealed = seal([self.kind.name, [list(pair) for pair in self.asked], self.count, list(self.includes), vars_of(place)])
        return f"{PAGE}={sealed}"


def vars_of(place: Place) -> list[int | None]:
    return [place.source, place.key, place.told]


def search_of(kind: Kind, parameters: QueryDict, *, lenient: bool) -> Search:
    """ResourcesRefusedError names every parameter that is not known, unless the client asked to pass over them."""
    if PAGE in parameters:
        return _continued(kind, str(parameters[PAGE]))
    told = [(name, text) for name, texts in parameters.lists() for text in texts]
    if len(told) > MOST_PARAMETERS:
        msg = f"A search has at most {MOST_PARAMETERS} parameters."
        raise refused(msg, kind="too-costly", status=400)
    asked = [(name, text) for name, text in told if name not in _OF_THE_ANSWER]
    unknown = [name for name, _text in asked if not _is_known(kind, name)]
    if unknown and not lenient:
        raise ResourcesRefusedError([Issue(_unknown(kind, name), type="not-supported") for name in unknown], status=400)
    asked = [(name, text) for name, text in asked if name not in unknown]
    if kind.needs_one_of and not {name.partition(":")[0] for name, _text in asked} & set(kind.needs_one_of):
        message = f"A search of {kind.name} needs one of the parameters {', '.join(kind.needs_one_of)}."
        raise refused(message, kind="too-costly", status=400)
    includes = _includes(kind, parameters.getlist("_include"), lenient=lenient)
    search = Search(kind, asked, _count(parameters), includes, Place())
    for source in kind.sources:
        search.condition(source)  # a value that cannot be read is refused before anything is looked up
    search.passes({})
    return search


def _continued(kind: Kind, sealed: str) -> Search:
    match unseal(sealed):
        case [str(name), list(asked), int(count), list(includes), [int(source), place, int(told)]] if name == kind.name:
            return Search(kind, [(name, text) for name, text in asked], count, includes, Place(source, place, told))
    raise unusable(PAGE)


def _is_known(kind: Kind, name: str) -> bool:
    plain, _colon, modifier = name.partition(":")
    parameter = kind.find(plain)
    if parameter is None:
        return name in kind.sieves
    return not modifier or modifier in parameter.modifiers


def _unknown(kind: Kind, name: str) -> str:
    known = ", ".join(name for name, _type, _says in kind.searched_by)
    shown = name if name.isascii() and name.replace("-", "").replace(":", "").replace("_", "").isalnum() else "of that name"
    return f"No search parameter {shown[:40]} is known of {kind.name}; known are {known}."


def _count(parameters: QueryDict) -> int:
    text = parameters.get("_count")
    if text is None:
        return USUAL_COUNT
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004  no number of a page is longer
        msg = "_count"
        raise unusable(msg)
    return min(int(text), MOST_COUNT)


def _includes(kind: Kind, asked: list[str], *, lenient: bool) -> list[str]:
    known = [name for name in asked if name in kind.includes]
    if len(known) != len(asked) and not lenient:
        message = f"No such _include is known of {kind.name}; known are {', '.join(kind.includes) or 'none'}."
        raise refused(message, kind="not-supported", status=400)
    return known


def _tokens(name: str, text: str) -> list[Token]:
    return [token(name, part) for part in alternatives(name, text)]
