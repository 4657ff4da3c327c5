"""A door that will be closed says so with every answer: since when, until when, and where to read what to use instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponseBase
from django.utils.http import http_date


@dataclass(frozen=True)
class Deprecation:
    """RFC 9745 and RFC 8594. `instead` is the address of the page that tells what to use."""

    since: datetime
    closes_at: datetime | None = None
    instead: str = ""

    def tell(self, answer: HttpResponseBase) -> None:
        answer["Deprecation"] = f"@{int(self.since.timestamp())}"
        if self.closes_at is not None:
            answer["Sunset"] = http_date(self.closes_at.timestamp())
        if self.instead:
            link = f'<{self.instead}>; rel="deprecation"; type="text/html"'
            answer["Link"] = f"{answer['Link']}, {link}" if answer.has_header("Link") else link
