"""A door of the REST API: as every door for systems, and described in the published schema."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

from django.http import RawPostDataException, UnreadablePostError
from rest_framework.response import Response

from clinical.doors.door import Door
from predictions.api.schema import DoorSchema

if TYPE_CHECKING:
    from clinical.models import User

READ_AWAY_BYTES = 1_048_576


class ApiDoor(Door):
    """See the module."""

    schema = DoorSchema()

    def handle_exception(self, exc: Exception) -> Response:
        """What was sent and not read is read away first: it would stand before the next request of this connection."""
        with contextlib.suppress(UnreadablePostError, RawPostDataException):
            self.request._request.read(READ_AWAY_BYTES)  # noqa: SLF001  the parsers' own stream may be spent
        return super().handle_exception(exc)

    @property
    def client(self) -> User:
        """Who asks: the account of the EHR client whose token it is."""
        return cast("User", self.request.user)
