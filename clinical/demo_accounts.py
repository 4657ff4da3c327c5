"""The demonstration's people: one for each role, with a published password and second factor. Never where patients are.

Production refuses the setting that allows them (see config/environment.py).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.db import transaction

from clinical import audit, demo_ehr
from clinical.errors import ClinicalError
from clinical.models import CareUnit, StaffMembership, User
from clinical.models.staff import UNIT_ROLES, Role

PASSWORD = "wardlight-demonstration"  # noqa: S105  published on purpose, see above
TOTP_SEED = "WARDLIGHTDEMONSTRATIONSEED234567"
UNITS_OF_A_NURSE = 3


class DemoLoginsOffError(ClinicalError):
    """Demo logins are off: set WARDLIGHT_DEMO_LOGINS=true, which production refuses."""

    code = "demo_logins_off"


class NoUnitsError(ClinicalError):
    """There are no care units yet: load the data set or make a cohort first."""

    code = "no_units"


@dataclass(frozen=True)
class DemoAccount:
    """One person or system of the demonstration."""

    username: str
    given_name: str
    family_name: str
    role: Role
    what: str
    first_unit: int = 0
    is_person: bool = True


ACCOUNTS = (
    DemoAccount("nurse", "Ruth", "Adeyemi", Role.CLINICIAN, "discharge nurse"),
    DemoAccount("nurse2", "Tom", "Hargreaves", Role.CLINICIAN, "nurse of other units", first_unit=UNITS_OF_A_NURSE),
    DemoAccount("approver", "Dana", "Kowalski", Role.APPROVER, "approves models"),
    DemoAccount("approver2", "Lena", "Brandt", Role.APPROVER, "a second one: nobody decides on what they asked for"),
    DemoAccount("administrator", "Frank", "Osei", Role.ADMINISTRATOR, "units, people and roles"),
    DemoAccount("auditor", "Erin", "Walsh", Role.AUDITOR, "reads the audit log"),
    DemoAccount("ehr", "EHR", "connection", Role.EHR_CLIENT, "a system; cannot sign in", is_person=False),
)


def make() -> list[User]:
    """Every account that is missing, with its role and second factor; what is there stays as it is."""
    if not settings.DEMO_LOGINS:
        raise DemoLoginsOffError
    units = list(CareUnit.objects.filter(is_open=True).order_by("name"))
    if not units:
        raise NoUnitsError
    with transaction.atomic():
        users = [_account(account, units) for account in ACCOUNTS]
        audit.record(actor=None, verb="demo_accounts.made", detail={"users": [user.public_id for user in users]})
    return users


def totp_code(seed: str = TOTP_SEED, *, at: float | None = None) -> str:
    """The one-time code that an authenticator app with `seed` shows now (or at a time in seconds)."""
    counter = int(time.time() if at is None else at) // mfa_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(seed, counter)))


def _account(account: DemoAccount, units: Sequence[CareUnit]) -> User:
    user, is_new = User.objects.get_or_create(
        username=account.username, defaults={"first_name": account.given_name, "last_name": account.family_name}
    )
    if is_new:
        if account.is_person:
            user.set_password(PASSWORD)
        else:
            user.set_unusable_password()
        user.save()
    if account.is_person and not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, TOTP_SEED)
    wards = _units_of(account, units)
    for unit in wards:
        StaffMembership.objects.get_or_create(user=user, role=account.role, unit=unit, ended_at=None)
    if account.role == Role.EHR_CLIENT:
        demo_ehr.make(user, [unit for unit in wards if unit is not None])
    return user


def _units_of(account: DemoAccount, units: Sequence[CareUnit]) -> Sequence[CareUnit | None]:
    if account.role not in UNIT_ROLES:
        return [None]
    # with few units the later accounts still get one, so that every role can be tried
    start = min(account.first_unit, len(units) - 1)
    return units[start : start + UNITS_OF_A_NURSE]
