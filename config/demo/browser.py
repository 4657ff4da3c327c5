"""A small browser without scripts, for walking our own pages: it keeps cookies, follows redirects and fills in forms."""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Page:
    """What came back."""

    url: str
    status: int
    html: str
    headers: dict[str, str]

    @property
    def text(self) -> str:
        """The words a reader sees, with single spaces."""
        reader = _Words()
        reader.feed(self.html)
        return " ".join(" ".join(reader.words).split())

    @property
    def links(self) -> list[str]:
        reader = _Links()
        reader.feed(self.html)
        return reader.links

    def form_with(self, field_name: str) -> Form:
        """The first form that has a field of this name."""
        reader = _Forms()
        reader.feed(self.html)
        for form in reader.forms:
            if field_name in form.fields:
                return form
        msg = f"no form with a field {field_name!r} on {self.url} (status {self.status})"
        raise LookupError(msg)


@dataclass
class Form:
    """A form's address and what would be sent if nobody touched it."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)


class Browser:
    """One person's session."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def open(self, path: str) -> Page:
        return self._send(urllib.parse.urljoin(self.address, path), None)

    def submit(self, page: Page, form: Form, **values: str) -> Page:
        body = urllib.parse.urlencode({**form.fields, **values}).encode()
        return self._send(urllib.parse.urljoin(page.url, form.action or page.url), body, referer=page.url)

    def _send(self, url: str, body: bytes | None, *, referer: str = "") -> Page:
        request = urllib.request.Request(url, data=body, headers={"Referer": referer} if referer else {})  # noqa: S310  our own address
        try:
            response = self._opener.open(request, timeout=TIMEOUT_SECONDS)
        except urllib.error.HTTPError as refused:
            response = refused
        with response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Page(response.url, response.status, response.read().decode(), headers)


class _Words(HTMLParser):
    SILENT = frozenset({"script", "style", "template", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self.SILENT

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.links.append(href)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(action=given.get("action", "")))
        elif self.forms:
            self._note_field(tag, given)

    def _note_field(self, tag: str, given: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, given.get("name", "")
        if tag == "select" and name:
            self._select = name
            fields.setdefault(name, "")
        elif tag == "option" and self._select and ("selected" in given or not fields[self._select]):
            fields[self._select] = given.get("value", "")
        elif tag in {"input", "textarea"} and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            fields[name] = given.get("value", "")
        elif tag == "input" and name:
            fields.setdefault(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
