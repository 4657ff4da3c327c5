"""What one call sends: resources with their places, and which of them refer to which. Only what came along is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from predictions.fhir import r4
from predictions.fhir.caller import Resource
from predictions.fhir.outcomes import Issue, ResourcesRefusedError, refused

MOST_ENTRIES = 1_000
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_TYPES = ("transaction", "batch", "message")
_UPDATE = re.compile(r"([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
_CONDITIONAL = re.compile(r"([A-Za-z]+)\?identifier=([^&]+)")


@dataclass
class Incoming:
    """One resource. `sent_id` is empty where the sender leaves the id to us; `place` is a FHIRPath."""

    place: str
    resource: Resource
    sent_id: str = ""
    full_url: str = ""
    if_match: str = ""
    remarks: list[Issue] = field(default_factory=list)

    @property
    def type(self) -> str:
        return str(self.resource["resourceType"])


def of_one(resource: Any, *, expected: str, sent_id: str = "", if_match: str = "") -> Incoming:
    """A resource on its own, at the address of its type."""
    checked = r4.checked(resource, place=expected)
    if checked["resourceType"] != expected:
        msg = "The resource is not of the type of this address."
        raise refused(msg, f"{expected}.resourceType", kind="structure", status=400)
    if sent_id and checked.get("id") not in {None, sent_id}:
        msg = "The resource's id is not that of this address."
        raise refused(msg, f"{expected}.id", status=400)
    return Incoming(expected, checked, sent_id, if_match=if_match)


def entries_of(bundle: Any, *, types: Sequence[str] = _TYPES) -> list[Mapping[str, Any]]:
    """The entries of a Bundle of one of `types`; nothing in them is looked at yet."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        msg = "A Bundle is expected."
        raise refused(msg, "Bundle.resourceType", kind="structure", status=400)
    if bundle.get("type") not in types:
        msg = f"A Bundle of the type {' or '.join(types)} is expected."
        raise refused(msg, "Bundle.type", kind="value", status=400)
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        msg = "The entries are a list of objects."
        raise refused(msg, "Bundle.entry", kind="structure", status=400)
    if not entries:
        msg = "The Bundle is empty."
        raise refused(msg, "Bundle.entry", kind="required", status=400)
    if len(entries) > MOST_ENTRIES:
        msg = f"A Bundle holds at most {MOST_ENTRIES:,} entries."
        raise refused(msg, "Bundle.entry", kind="too-costly", status=413)
    return entries


def of_entry(entry: Mapping[str, Any], number: int, *, is_message: bool = False) -> Incoming:
    """One entry of a transaction or batch; of a message all are told as they are, by their own ids."""
    place = f"Bundle.entry[{number}]"
    resource = r4.checked(entry.get("resource"), place=f"{place}.resource")
    full_url = entry.get("fullUrl", "")
    if not isinstance(full_url, str):
        msg = "A fullUrl is a text."
        raise refused(msg, f"{place}.fullUrl", kind="structure")
    if is_message:
        return Incoming(f"{place}.resource", resource, str(resource.get("id", "")), full_url)
    sent_id, if_match = _asked_of(entry.get("request"), resource, place)
    return Incoming(f"{place}.resource", resource, sent_id, full_url, if_match)


def all_of(bundle: Any) -> list[Incoming]:
    """Every entry of a transaction or message, or a refusal with the faults of all of them."""
    is_message = isinstance(bundle, dict) and bundle.get("type") == "message"
    read, issues = [], []
    for number, entry in enumerate(entries_of(bundle)):
        if is_message and number == 0:
            continue  # the header, which is read on its own
        try:
            read.append(of_entry(entry, number, is_message=is_message))
        except ResourcesRefusedError as error:
            issues += error.issues
    if issues:
        raise ResourcesRefusedError(issues)
    _must_differ(read)
    return read


def _asked_of(request: Any, resource: Resource, place: str) -> tuple[str, str]:
    """The id that the sender gives, and the version that it has seen."""
    if not isinstance(request, dict):
        msg = "Each entry says what is asked: POST or PUT."
        raise refused(msg, f"{place}.request", kind="required")
    method, url, name = request.get("method"), str(request.get("url", "")), resource["resourceType"]
    if request.get("ifNoneExist"):
        message = "ifNoneExist is not known here: a POST with an identifier that is known already updates what it names."
        raise refused(message, f"{place}.request.ifNoneExist", kind="not-supported")
    if method == "POST" and url in {name, f"{name}/"}:
        return "", ""
    update, conditional = _UPDATE.fullmatch(url), _CONDITIONAL.fullmatch(url)
    if method == "PUT" and update and update[1] == name:
        if resource.get("id") not in {None, update[2]}:
            msg = "The resource's id is not that of the address."
            raise refused(msg, f"{place}.resource.id")
        return update[2], str(request.get("ifMatch", ""))
    if method == "PUT" and conditional and conditional[1] == name and conditional[2] in _identifiers(resource):
        return "", str(request.get("ifMatch", ""))
    if method == "DELETE":
        message = "Nothing is deleted: send the resource again with the status entered-in-error."
        raise refused(message, f"{place}.request.method", kind="not-supported")
    message = "Taken are POST Type, PUT Type/id, and PUT Type?identifier= with an identifier of the resource."
    raise refused(message, f"{place}.request", kind="not-supported")


def _identifiers(resource: Resource) -> set[str]:
    parts = resource.get("identifier", [])
    return {f"{part.get('system', '')}|{part.get('value', '')}" for part in parts} | {str(part.get("value")) for part in parts}


def _must_differ(read: Sequence[Incoming]) -> None:
    seen: set[str] = set()
    for one in read:
        names = {name for name in (one.full_url, f"{one.type}/{one.sent_id}" if one.sent_id else "") if name}
        if names & seen:
            msg = "Two entries are the same resource."
            raise refused(msg, one.place, kind="duplicate")
        seen |= names
