"""Evidence that stays what was read: a seal over its parts, and a file that anybody can check without this software.

The seal is the SHA-256 of the parts' digests, each the SHA-256 of the part's canonical JSON: keys in order, no blanks,
and numbers as the database keeps them. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_WHOLE_FROM = 1e16  # from here on Python writes a float with an exponent
PARTS = ("appraisal", "card", "lineage", "verdict")


def sealed(parts: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """The digest of each part, and the seal over all of them."""
    digests = {name: sha256_of(canonical(parts[name])) for name in sorted(parts)}
    return digests, sha256_of(canonical(digests))


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, however it was stored; a number that JSON has not is refused."""
    return json.dumps(_as_stored(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


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
