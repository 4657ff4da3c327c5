"""JSON as RFC 8259 has it and nothing looser: a name told twice, NaN, 1e400 or a lone surrogate is refused with its reason.

Two readers of loose JSON may read two things: an EHR's gateway the first dose, we the last. Size and depth are bounded before
anything is built.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

DEEPEST = 64
LARGEST_BODY = 1_048_576
MOST_DRAINED = 4 * LARGEST_BODY
# a text that never ends is one find, too: looked for again from each of its quotes, a small body would take minutes
_OPENING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # a backslash that is itself escaped begins no escape


class TooLargeError(APIException):
    """A body larger than its door takes."""

    status_code = 413
    default_code = "too_large"
    default_detail = "The body is larger than this door takes."


class StrictJsonParser(BaseParser):
    """For DRF. A door may say `largest_body` of its own, and other kinds of content by a subclass."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        context = parser_context or {}
        _check_coding(context)
        most = getattr(context.get("view"), "largest_body", LARGEST_BODY)
        return loads(read_at_most(stream, most, context))


def read_at_most(stream: Any, most: int, context: Mapping[str, Any]) -> bytes:
    """The body, never more of it in memory than the door takes; what was announced is looked at first."""
    announced = context["request"].META.get("CONTENT_LENGTH") if "request" in context else None
    if announced and announced.isdigit() and int(announced) > most:
        _drain(stream)
        raise TooLargeError
    body: bytes = stream.read(most + 1)
    if len(body) > most:
        _drain(stream)
        raise TooLargeError
    return body


def _drain(stream: Any) -> None:
    """Whoever is still sending when the answer comes sees a broken line and no answer: a little is read and thrown away."""
    left = MOST_DRAINED
    while left > 0 and (part := stream.read(min(left, 65_536))):
        left -= len(part)


def loads(body: bytes, *, of: str = "body") -> Any:
    """The value; ParseError says what is wrong, and where. `of` is what the words call it: a body, or a line of one."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        msg = f"The {of} is not UTF-8 from byte {error.start + 1} on."
        raise _refused(msg) from None
    if text.startswith("\ufeff"):
        msg = f"The {of} begins with a byte order mark."
        raise _refused(msg)
    _check_depth(body, of)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number)
    except json.JSONDecodeError as error:
        msg = f"The {of} is no JSON: {error.msg}, at line {error.lineno}, column {error.colno}."
        raise _refused(msg) from None
    except (ValueError, RecursionError):
        msg = f"The {of} holds a number that is too long."
        raise _refused(msg) from None
    if "\\u" in text:
        _check_characters(text, value)
    return value


def _check_coding(context: Mapping[str, Any]) -> None:
    request = context.get("request")
    if request is None:
        return
    coding = request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
    if coding not in {"", "identity"}:
        raise UnsupportedMediaType(coding, detail="The body must be sent without a content encoding.")
    charset = re.search(r"charset=\"?([^\s;\"]+)", request.META.get("CONTENT_TYPE", ""), re.IGNORECASE)
    if charset and charset.group(1).lower() not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType(charset.group(1), detail="The body must be UTF-8.")


def _check_depth(body: bytes, of: str) -> None:
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return  # most bodies: as many brackets at all
    depth = 0
    for found in _OPENING.finditer(body):
        bracket = found.group()
        if bracket in b"[{":
            depth += 1
            if depth > DEEPEST:
                msg = f"The {of} is nested deeper than {DEEPEST}."
                raise _refused(msg)
        elif bracket in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        [(twice, _times)] = Counter(name for name, _value in pairs).most_common(1)
        msg = f"The name {twice[:80]!r} is told twice in one object."
        raise _refused(msg)
    return found


def _constant(name: str) -> Any:
    msg = f"{name} is no number of JSON."
    raise _refused(msg)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        msg = "A number is larger than any that can be kept."
        raise _refused(msg)
    return value


def _check_characters(text: str, value: Any) -> None:
    """Only what was escaped can hold them; PostgreSQL takes neither."""
    if _NUL.search(text):
        msg = "A text holds the character NUL."
        raise _refused(msg)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        msg = "A text holds half of a surrogate pair."
        raise _refused(msg) from None


def _refused(message: str) -> ParseError:
    return ParseError(message, code="malformed")
