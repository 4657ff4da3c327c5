"""Bodies and answers: application/fhir+json, read as strictly as every other door reads JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, FormParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from clinical.doors.strict_json import StrictJsonParser, read_at_most
from predictions.fhir.names import CONTENT_TYPE, NDJSON

# what `_format` may say; XML is none of it
_FORMATS = frozenset({"json", "application/json", CONTENT_TYPE, "text/json"})
LINES = "lines"
_ANY = frozenset({"*/*", "application/*"})


class FhirParser(StrictJsonParser):
    """application/fhir+json."""

    media_type = CONTENT_TYPE


class PlainJsonParser(StrictJsonParser):
    """application/json: what many clients send."""


class SearchFormParser(FormParser):
    """The parameters of a search by POST."""


class LinesParser(BaseParser):
    """NDJSON: left as bytes in its only member, and read a line at a time."""

    media_type = NDJSON

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Mapping[str, bytes]:
        context = parser_context or {}
        return {LINES: read_at_most(stream, getattr(context.get("view"), "largest_body", 0), context)}


class FhirRenderer(JSONRenderer):
    """application/fhir+json, whatever the kind of JSON that was asked for."""

    media_type = CONTENT_TYPE
    format = "fhir"
    charset = None


class Negotiation(DefaultContentNegotiation):
    """FHIR's way to ask: `_format` before Accept; both may say JSON and nothing else."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[BaseRenderer, str]:
        asked = request.query_params.get("_format")
        accepted = [asked] if asked else request.META.get("HTTP_ACCEPT", "*/*").split(",")
        kinds = {kind.partition(";")[0].strip().lower().replace(" ", "+") for kind in accepted}
        if not kinds & (_FORMATS | _ANY):
            raise NotJsonError
        return renderers[0], CONTENT_TYPE


class NotJsonError(UnsupportedMediaType):
    """Answers are application/fhir+json; XML is not spoken here."""

    status_code, default_code = 406, "not_acceptable"

    def __init__(self) -> None:
        super().__init__("", detail=self.__doc__)
