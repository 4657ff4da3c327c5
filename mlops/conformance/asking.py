"""One request to a door and its answer: over HTTP as another system would, never past the door."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

ANSWER_SECONDS = 15
LARGEST_ANSWER = 5_000_000


@dataclass(frozen=True)
class Answer:
    """What came back. `json` is None where it is none."""

    status: int
    headers: dict[str, str]
    body: bytes
    duration_ms: float

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def at(self, pointer: str) -> Any:
        """The value at a JSON pointer without its first stroke; None where there is none."""
        value = self.json
        for part in pointer.split("/"):
            if isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            elif isinstance(value, dict):
                value = value.get(part)
            else:
                return None
        return value


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A door answers itself: whoever follows may end anywhere, with the token in hand."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        return None


@dataclass
class Caller:
    """Speaks to the doors at one address, with a token where there is one."""

    address: str
    token: str = ""
    opener: urllib.request.OpenerDirector = field(default_factory=lambda: urllib.request.build_opener(_NoRedirects))

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Raises OSError where nobody answers."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = {"Accept": "application/json", **bearer, **headers}
        request = urllib.request.Request(self.address + path, data=body, headers=sent, method=method)  # noqa: S310  the operator's own address
        started = time.perf_counter()
        try:
            with self.opener.open(request, timeout=ANSWER_SECONDS) as answer:
                return _answer(answer.status, answer.headers, answer.read(LARGEST_ANSWER), started)
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused.code, refused.headers, refused.read(LARGEST_ANSWER), started)


def _answer(status: int, headers: Any, body: bytes, started: float) -> Answer:
    named = {str(name).lower(): str(value) for name, value in headers.items()}
    return Answer(status, named, body, round(1000 * (time.perf_counter() - started), 1))
