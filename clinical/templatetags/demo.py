"""The demonstration's accounts, on the sign-in pages of a demonstration and nowhere else."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from clinical import demo_accounts

register = template.Library()


@register.simple_tag
def demo_sign_in() -> dict[str, Any] | None:
    """What somebody needs to sign in to a demonstration; None where demo logins are off."""
    if not settings.DEMO_LOGINS:
        return None
    return {
        "accounts": demo_accounts.ACCOUNTS,
        "password": demo_accounts.PASSWORD,
        "code": demo_accounts.totp_code(),
        "seed": demo_accounts.TOTP_SEED,
    }
