"""Systems that call: each has a credential, grants on wards, and a real token with every request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.test import APIClient

from clinical.clients.registering import grant, token_for
from clinical.clients.scopes import VERBS
from clinical.models import CareUnit, EhrClient, User
from clinical.models.staff import Role
from tests.factories import CareUnitFactory, UserFactory


class EhrCaller(APIClient):
    """A client of tests whose requests bear the token of `ehr_client`."""

    def __init__(self, ehr_client: EhrClient, token: str, units: Sequence[CareUnit], **defaults: Any) -> None:
        super().__init__(**defaults)
        self.ehr_client, self.token, self.units = ehr_client, token, list(units)
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    @property
    def user(self) -> User:
        """The actor of what it does."""
        return self.ehr_client.user


def client_with(*scopes: str, unit: CareUnit | Sequence[CareUnit] | None = None, user: User | None = None) -> EhrCaller:
    """A system that holds `scopes` (all, where none is named) on these wards: those of `user`, or one of its own."""
    held = scopes or tuple(VERBS)
    user = user or UserFactory()
    client, _is_new = EhrClient.objects.get_or_create(user=user, defaults={"name": f"EHR of {user.username}"})
    units = _wards(unit, user)
    for ward in units:
        grant(client=client, unit=ward, scopes=held, by=None)
    return EhrCaller(client, token_for(client, scopes=held), units)


def _wards(unit: CareUnit | Sequence[CareUnit] | None, user: User) -> list[CareUnit]:
    if isinstance(unit, CareUnit):
        return [unit]
    return list(unit) if unit is not None else user.units_as(Role.EHR_CLIENT) or [CareUnitFactory()]
