"""The framing of a model's file: a first line, a header line of JSON, and sections of bytes that the header lists.

Whoever opens a file gets every section whole and with the SHA-256 that its header names, or an error. Nothing here
knows what a section means.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from predictions.errors import ArtefactRefusedError

FIRST_LINE = b"wardlight model 2"
LONGEST_HEADER = 1 << 20  # bytes; so that a file of nothing but nested brackets is not parsed
_LISTED = {"name", "length", "sha256"}


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def written(header: Mapping[str, Any], sections: Mapping[str, bytes]) -> bytes:
    """The file. `header` must not have a `sections` of its own."""
    listed = [{"name": name, "length": len(data), "sha256": sha256_of(data)} for name, data in sections.items()]
    line = json.dumps({**header, "sections": listed}, sort_keys=True).encode()
    return b"\n".join((FIRST_LINE, line, b"".join(sections.values())))


def header_of(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The header, and the bytes after it, not yet looked at."""
    first, _, rest = data.partition(b"\n")
    if first != FIRST_LINE:
        msg = "The file does not begin as a model of this software does."
        raise ArtefactRefusedError(msg)
    line, newline, body = rest.partition(b"\n")
    if not newline or len(line) > LONGEST_HEADER:
        msg = "The model's header has no end."
        raise ArtefactRefusedError(msg)
    return _parsed(line), body


def sections_of(header: Mapping[str, Any], body: bytes) -> dict[str, bytes]:
    """The sections that the header lists, each checked against its digest; not one byte may be missing or left over."""
    listed = _listed(header)
    total = sum(section["length"] for section in listed)
    if total > len(body):
        msg = f"The model's file was cut: {len(body):,} of {total:,} bytes."
        raise ArtefactRefusedError(msg)
    if total < len(body):
        msg = f"The model's file has {len(body) - total:,} bytes that its header does not know."
        raise ArtefactRefusedError(msg)
    sections, start = {}, 0
    for section in listed:
        data = body[start : start + section["length"]]
        start += section["length"]
        if sha256_of(data) != section["sha256"]:
            msg = f"The section {section['name']!r} of the model's file is not the one that its header names."
            raise ArtefactRefusedError(msg)
        sections[section["name"]] = data
    return sections


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
    except (ValueError, RecursionError) as error:
        msg = "The model's header cannot be read."
        raise ArtefactRefusedError(msg) from error
    if not isinstance(header, dict):
        msg = "The model's header cannot be read."
        raise ArtefactRefusedError(msg)
    return header


def _listed(header: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = header.get("sections")
    if not isinstance(listed, list) or not all(_is_entry(entry) for entry in listed):
        msg = "The model's header does not list its sections."
        raise ArtefactRefusedError(msg)
    if len({entry["name"] for entry in listed}) != len(listed):
        msg = "The model's header lists a section twice."
        raise ArtefactRefusedError(msg)
    return listed


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == _LISTED
        and isinstance(entry["name"], str)
        and isinstance(entry["sha256"], str)
        and type(entry["length"]) is int
        and entry["length"] >= 0
    )
