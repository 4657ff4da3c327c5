"""A door of the REST API: as every door for systems, and described in the published schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from clinical.doors.door import Door
from predictions.api.schema import DoorSchema

if TYPE_CHECKING:
    from clinical.models import User


class ApiDoor(Door):
    """See the module."""

    schema: ClassVar[DoorSchema] = DoorSchema()

    @property
    def client(self) -> User:
        """Who asks: the account of the EHR client whose token it is."""
        return cast("User", self.request.user)
