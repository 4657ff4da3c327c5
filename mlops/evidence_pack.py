"""Evidence that stays what was read: a seal over its parts, and a file that anybody can check without this software.

The seal is the SHA-256 of the parts' digests, each the SHA-256 of the part's canonical JSON: keys in order, no blanks,
and numbers as the database keeps them. In a pack every part stands in exactly those bytes, and the digests in
`parts.json`: `sha256sum parts.json` gives the seal.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from django.template.loader import render_to_string

from mlops.cards.card import card_from
from mlops.cards.pages import html_of
from mlops.errors import PackRefusedError
from mlops.models import Evidence

PARTS = ("appraisal", "card", "lineage", "verdict")
MANIFEST, DIGESTS = "manifest.json", "parts.json"
FORMAT = 1
_WHOLE_FROM = 1e16  # from here on Python writes a float with an exponent
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, for zip; a pack holds no moment of its making
_MOST_BYTES = 64 * 1024 * 1024


def sealed(parts: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """The digest of each part, and the seal over all of them."""
    digests = {name: sha256_of(canonical(parts[name])) for name in sorted(parts)}
    return digests, sha256_of(canonical(digests))


def pack(evidence: Evidence) -> bytes:
    """All parts, the card and a page to read; the same evidence gives the same bytes. PackRefusedError before it is sealed."""
    if not evidence.seal:
        msg = f"The {evidence} is not sealed yet: there is nothing to hand out."
        raise PackRefusedError(msg)
    files = {f"{name}.json": canonical(getattr(evidence, name)) for name in PARTS}
    files[DIGESTS] = canonical(evidence.parts_sha256)
    files["card.html"] = html_of(card_from(evidence.card)).encode() if evidence.card else b""
    files["index.html"] = render_to_string("mlops/evidence.html", _shown(evidence)).encode()
    files[MANIFEST] = _manifest(evidence, files)
    return _zipped(files)


def check(data: bytes) -> list[str]:
    """What is wrong with a pack, a sentence each; nothing where it is what was sealed."""
    try:
        files = _unzipped(data)
        told = json.loads(files[MANIFEST])
        return list(_faults(files, told))
    except PackRefusedError as refused:
        return [str(refused)]
    except (KeyError, ValueError, TypeError, AttributeError):
        return ["It is no evidence pack: its manifest cannot be read."]


def manifest_of(data: bytes) -> dict[str, Any]:
    """What a pack that was checked says of itself."""
    return dict(json.loads(_unzipped(data)[MANIFEST]))


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, however it was stored; a number that JSON has not is refused."""
    stored = _as_stored(value)
    return json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _as_stored(value: Any) -> Any:
    """A number as jsonb gives it back: there is no minus zero, and a large one without a fraction is whole."""
    if isinstance(value, Mapping):
        return {str(key): _as_stored(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_stored(inner) for inner in value]
    if isinstance(value, float) and abs(value) >= _WHOLE_FROM and value.is_integer():
        return int(value)
    return value + 0.0 if isinstance(value, float) else value


def _manifest(evidence: Evidence, files: Mapping[str, bytes]) -> bytes:
    told = {
        "format": FORMAT,
        "model": evidence.run.model_name,
        "version": evidence.version.number if evidence.version else None,
        "run": str(evidence.run.public_id),
        "sealed_at": evidence.sealed_at.isoformat() if evidence.sealed_at else None,
        "seal": evidence.seal,
        "files": {name: sha256_of(content) for name, content in sorted(files.items())},
    }
    return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"


def _shown(evidence: Evidence) -> dict[str, Any]:
    """What the page to read is made of."""
    candidate, champion = (evidence.appraisal.get(name) or {} for name in ("candidate", "champion"))
    before = champion.get("figures") or {}
    figures = [
        {"name": name.replace("_", " "), "candidate": metric, "champion": before.get(name)}
        for name, metric in sorted((candidate.get("figures") or {}).items())
    ]
    return {
        "evidence": evidence,
        "sealed_at": f"{evidence.sealed_at.astimezone(UTC):%-d %B %Y, %H:%M} UTC" if evidence.sealed_at else "",
        "figures": figures,
        "has_champion": bool(before),
        "lineage": sorted((name, canonical(value).decode()) for name, value in evidence.lineage.items()),
    }


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Stored and not compressed, so that the bytes depend on no library's version."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _BEGINNING), content)
    return made.getvalue()


def _unzipped(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
            if sum(entry.file_size for entry in listed) > _MOST_BYTES or len({entry.filename for entry in listed}) < len(
                listed
            ):
                msg = "It is no evidence pack: it holds a file twice, or more than a pack ever does."
                raise PackRefusedError(msg)
            return {entry.filename: archive.read(entry) for entry in listed}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        msg = "It is no evidence pack, or it was cut or changed: the archive cannot be read."
        raise PackRefusedError(msg) from error


def _faults(files: Mapping[str, bytes], told: Mapping[str, Any]) -> Iterator[str]:
    listed = told["files"]
    for name in sorted(listed.keys() | (files.keys() - {MANIFEST})):
        if name not in files:
            yield f"{name} is missing."
        elif name not in listed:
            yield f"{name} does not belong to it."
        elif sha256_of(files[name]) != listed[name]:
            yield f"{name} was changed: its SHA-256 is another."
    parts = {name: sha256_of(files[f"{name}.json"]) for name in PARTS if f"{name}.json" in files}
    if DIGESTS in files and parts != json.loads(files[DIGESTS]):
        yield "A part is not the one that was sealed."
    if DIGESTS in files and sha256_of(files[DIGESTS]) != told["seal"]:
        yield "The seal is not that of these parts."
