"""ETags of encounters: an edit names the version that it was decided on."""

from __future__ import annotations

import re

from rest_framework import exceptions, status
from rest_framework.request import Request

from clinical.errors import VersionConflictError
from clinical.models import Encounter


class VersionNeededError(exceptions.APIException):
    """An edit must name the version that it was decided on, in If-Match."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = "Send the ETag of the encounter as you read it in If-Match."
    default_code = "version_needed"


def etag_of(encounter: Encounter) -> str:
    return f'"{encounter.public_id}-{encounter.version}"'


def version_asked_for(request: Request, *, of: Encounter) -> int:
    """The version in If-Match; anything else than one of this encounter's own cannot be met."""
    tag = request.headers.get("If-Match")
    if tag is None:
        raise VersionNeededError
    found = _TAG.fullmatch(tag.strip())
    if found is None or found["id"] != str(of.public_id):
        raise VersionConflictError
    return int(found["version"])


_TAG = re.compile(r'"(?P<id>[0-9a-f-]{36})-(?P<version>[0-9]{1,9})"')
