"""ETag, Last-Modified and what may be left out of an answer because the client has it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.utils.http import http_date
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.fhir.caller import Resource
from predictions.fhir.door import answer

_DIGITS = 16


def versioned(resource: Resource) -> Resource:
    """With the version that its ETag names: the sender's count where there is one, else a digest of all that it says."""
    meta = resource.get("meta", {})
    if meta.get("versionId"):
        return resource
    digest = hashlib.sha256(json.dumps(resource, sort_keys=True).encode()).hexdigest()[:_DIGITS]
    return {**resource, "meta": {**meta, "versionId": digest}}


def etag_of(resource: Resource) -> str:
    return f'W/"{resource["meta"]["versionId"]}"'


def read_answer(resource: Resource, request: Request) -> Response:
    """304 where If-None-Match names what is told."""
    resource = versioned(resource)
    headers = {"ETag": etag_of(resource)}
    changed_at = resource["meta"].get("lastUpdated")
    if changed_at:
        headers["Last-Modified"] = http_date(datetime.fromisoformat(changed_at).timestamp())
    known = {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}
    if known & {headers["ETag"], headers["ETag"].removeprefix("W/"), "*"}:
        return Response(status=304, headers=headers)
    return answer(resource, headers=headers)
