"""How staff accounts behave: nobody signs up by themselves; accounts come from an administrator."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from clinical.access import signed_in_by_ehr


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Closed sign-up, and no second question before the first second factor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has no second factor yet came here straight from the password, and sees nothing else until it is set up."""
        if app == "allauth.mfa" and not is_mfa_enabled(context.request.user) and not signed_in_by_ehr(context.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))
