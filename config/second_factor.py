"""The second factor: wrong codes count like wrong passwords, a code counts once, and none of it needs Redis.

allauth remembers used codes and counts guesses in the cache; here both are rows: a dead cache neither opens nor shuts the door.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any, cast

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt, is_mfa_enabled
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

USED = "This code was already used. Wait for the next one."
INCORRECT = "incorrect_code"  # allauth's name for its own message
LAST_PERIOD = "last_period"


class _CountedCode:
    """What both forms do with the code that was typed."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code, if it is right, was not used before, and the account is not locked."""
        request, credentials = context.request, {"username": self.user.get_username()}
        if not AxesProxyHandler.is_allowed(request, credentials):
            request.axes_locked_out, request.axes_credentials = True, credentials
            raise get_adapter().validation_error(INCORRECT)
        code: str = self.cleaned_data["code"]
        authenticator = _authenticator_that_accepts(code, user=self.user)
        if authenticator is None:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            raise get_adapter().validation_error(INCORRECT)
        authenticator.user = self.user
        self.authenticator = authenticator
        return code


class SignInCodeForm(_CountedCode, AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """At sign-in."""


class ConfirmCodeForm(_CountedCode, ReauthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """Before a change to how somebody signs in."""


class SignInCodePage(AuthenticateView):  # type: ignore[misc]  # allauth carries no types
    """allauth takes a form without the code's field for a security key, which we do not have: it is a code left empty."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            fields = request.POST.copy()
            fields.setdefault("code", "")
            request.POST = fields  # type: ignore[assignment]  # a copy of the same kind
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


authenticate = SignInCodePage.as_view()


def comes_first(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Somebody signed in by the password alone sets up the second factor before anything else."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not is_mfa_enabled(request.user):
            return redirect("mfa_activate_totp")
        return view(request, *args, **kwargs)

    return guarded


def _authenticator_that_accepts(code: str, *, user: Any) -> Authenticator | None:
    for authenticator in Authenticator.objects.filter(user=user):
        if authenticator.type == Authenticator.Type.TOTP:
            period = _period_of(code, secret=decrypt(authenticator.data["secret"]))
            if period is not None:
                _use_up(authenticator, period)
                return authenticator
        elif authenticator.type == Authenticator.Type.RECOVERY_CODES and authenticator.wrap().validate_code(code):
            return authenticator
    return None


def _period_of(code: str, *, secret: str) -> int | None:
    """Which of the periods in tolerance shows this code."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    for period in range(now - app_settings.TOTP_TOLERANCE, now + app_settings.TOTP_TOLERANCE + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, period))):
            return period
    return None


def _use_up(authenticator: Authenticator, period: int) -> None:
    """Mark this period and all before it as used (RFC 6238, 5.2). A right code is no guess, so it is not counted as one."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        if period <= cast("int", row.data.get(LAST_PERIOD, -1)):
            raise ValidationError(USED, code="used_code")
        row.data[LAST_PERIOD] = period
        row.save(update_fields=["data"])
