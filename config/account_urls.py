"""Signing in and out. Only what staff need: no sign-up, no reset by mail (an administrator resets, so MFA has no way round)."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.recovery_codes.views import generate_recovery_codes
from django.urls import URLPattern, URLResolver, include, path

from config import second_factor

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", second_factor.comes_first(account.password_change), name="account_change_password"),
    path("2fa/authenticate/", second_factor.authenticate, name="mfa_authenticate"),
    # codes to recover a second factor that is not there yet would be a way round it
    path(
        "2fa/recovery-codes/generate/", second_factor.comes_first(generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path("2fa/", include("allauth.mfa.urls")),
]
