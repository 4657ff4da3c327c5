"""A page of what was found, the newest first, as a searchset. Nothing is counted: a total would be a search of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from predictions.fhir.caller import Caller, Resource
from predictions.fhir.searching.kinds import Kind, Source
from predictions.fhir.searching.requests import Place, Search

_ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class Found:
    """A page, and where the next one begins."""

    resources: list[Resource]
    following: Place | None


def found(search: Search, caller: Caller) -> Found:
    """At most as many as were asked for."""
    if search.ids:
        read = (search.kind.read(caller, number) for number in search.ids)
        return Found([resource for resource in read if resource and search.passes(resource)][: search.count], None)
    page: list[Resource] = []
    for place, resource in _from(search, caller):
        if len(page) == search.count:
            return Found(page, place if search.count else None)
        page.append(resource)
    return Found(page, None)


def bundle(search: Search, page: Found, caller: Caller, kinds: Mapping[str, Kind]) -> Resource:
    entries = [_entry(resource, caller, "match") for resource in page.resources]
    entries += [_entry(resource, caller, "include") for resource in _included(search, page, caller, kinds)]
    base = f"{caller.base}/{search.kind.name}"
    links = [{"relation": "self", "url": f"{base}?{urlencode([*search.asked, *_extras(search)])}"}]
    if page.following is not None:
        links.append({"relation": "next", "url": f"{base}?{search.page(page.following)}"})
    told: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return told | ({"entry": entries} if entries else {})


def _from(search: Search, caller: Caller) -> Iterator[tuple[Place, Resource]]:
    for number, source in enumerate(search.kind.sources):
        if number < search.place.source:
            continue
        start = search.place if number == search.place.source else Place(number)
        for key, place, resource in _of_source(source, search, caller, start):
            yield Place(number, key, place), resource


def _of_source(source: Source, search: Search, caller: Caller, start: Place) -> Iterator[tuple[int, int, Resource]]:
    rows = source.rows(caller).filter(search.condition(source)).order_by(f"-{source.key}")
    key, skip = start.key, start.told
    size = min(search.count + 1, _ROWS_AT_ONCE)
    while True:
        chunk = list((rows.filter(**{f"{source.key}__lte": key}) if key is not None else rows)[:size])
        for row, resources in zip(chunk, source.tell(caller, chunk), strict=True):
            key = getattr(row, source.key)
            for place, resource in enumerate(resources):
                if place >= skip and search.passes(resource):
                    yield key, place, resource
            skip = 0
        if len(chunk) < size or key is None:
            return
        key -= 1


def _included(search: Search, page: Found, caller: Caller, kinds: Mapping[str, Kind]) -> list[Resource]:
    """Each once, and none that the page holds already."""
    wanted = {search.kind.includes[name](resource): None for name in search.includes for resource in page.resources}
    there = {f"{resource['resourceType']}/{resource['id']}" for resource in page.resources}
    told = []
    for address in wanted:
        kind, _slash, number = address.partition("/")
        resource = kinds[kind].read(caller, number) if address not in there and kind in kinds else None
        if resource is not None:
            told.append(resource)
    return told


def _entry(resource: Resource, caller: Caller, mode: str) -> dict[str, Any]:
    return {"fullUrl": caller.address_of(resource), "resource": resource, "search": {"mode": mode}}


def _extras(search: Search) -> list[tuple[str, str]]:
    return [("_count", str(search.count)), *(("_include", name) for name in search.includes)]
