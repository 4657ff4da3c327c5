"""What a token reaches. One look at the database at each request, so that what was revoked or ended is out at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinical import rows
from clinical.clients.scopes import covers
from clinical.models import CareUnit, EhrClient, User


@dataclass(frozen=True)
class ClientAccess:
    """What one request's token reaches: its scopes, and for each granted scope the wards."""

    client: EhrClient
    scopes: frozenset[str]
    granted: Mapping[str, tuple[CareUnit, ...]]

    def allows(self, scope: str) -> bool:
        return covers(self.scopes, scope)

    def units(self, scope: str) -> list[CareUnit]:
        """The wards on which the client holds `scope`, by name."""
        found = {unit.pk: unit for held, units in self.granted.items() if covers((held,), scope) for unit in units}
        return sorted(found.values(), key=lambda unit: unit.name)


def access_of(token: str) -> ClientAccess | None:
    """What the token reaches now; None where it is unknown, has expired, or belongs to what was revoked or switched off."""
    checksum, now = hashlib.sha256(token.encode()).hexdigest(), timezone.now()
    return _found(_BY_TOKEN, [checksum, now, now])


def access_by(client: EhrClient, *, scopes: Iterable[str]) -> ClientAccess | None:
    """The same for a client that proved itself otherwise."""
    return _found(_BY_CLIENT, [" ".join(scopes), client.pk])


def _found(query: str, parameters: list[Any]) -> ClientAccess | None:
    row = rows.read(query, parameters)
    if row is None:
        return None
    scopes, of_client, of_user, granted, units = row[0], row[1:5], row[5:11], json.loads(row[11]), json.loads(row[12])
    user = rows.partly(User, _USER, of_user)
    client = rows.partly(EhrClient, _CLIENT, of_client)
    client.user = user
    wards = {unit[0]: rows.partly(CareUnit, _UNIT, [unit[0], UUID(unit[1]), *unit[2:]]) for unit in units}
    held = {scope: tuple(wards[key] for key in keys if key in wards) for scope, keys in granted.items()}
    return ClientAccess(client, frozenset(scopes.split()), held)


# in the order of the models' own columns: from_db takes values by their place
_CLIENT, _UNIT = ["id", "public_id", "user_id", "name"], ["id", "public_id", "code", "name", "is_open"]
_USER = ["id", "username", "first_name", "last_name", "is_active", "public_id"]
# a row by hand: the same by models takes three times as long, and stands before every answer
_REACHED = """c.id, c.public_id, u.id, c.name, u.id, u.username, u.first_name, u.last_name, u.is_active, u.public_id,
    coalesce((SELECT jsonb_object_agg(g.scope, g.units) FROM (
        SELECT scope, jsonb_agg(unit_id) AS units FROM clinical_ehrgrant
        WHERE client_id = c.id AND ended_at IS NULL GROUP BY scope) g), '{}')::text,
    coalesce((SELECT jsonb_agg(jsonb_build_array(n.id, n.public_id, n.code, n.name, n.is_open))
        FROM clinical_staffmembership m JOIN clinical_careunit n ON n.id = m.unit_id AND n.is_open
        WHERE m.user_id = c.user_id AND m.role = 'ehr_client' AND m.ended_at IS NULL), '[]')::text
    FROM clinical_ehrclient c JOIN clinical_user u ON u.id = c.user_id AND u.is_active"""
_BY_TOKEN = f"""SELECT t.scope, {_REACHED}
    JOIN clinical_ehrcredential k ON k.client_id = c.id
    JOIN oauth2_provider_accesstoken t ON t.application_id = k.application_id
    WHERE c.is_active AND t.token_checksum = %s AND t.expires > %s AND (k.ends_at IS NULL OR k.ends_at > %s)"""
_BY_CLIENT = f"SELECT %s, {_REACHED} WHERE c.is_active AND c.id = %s"
