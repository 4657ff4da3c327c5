"""Who gets into the administration: administrators and approvers who signed in with both factors, and nobody another way."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django_htmx.http import HttpResponseClientRedirect

from clinical.access import signed_in_by_ehr
from clinical.models.staff import Role
from predictions.models import ModelStatus, ModelVersion

ROLES = frozenset({Role.ADMINISTRATOR, Role.APPROVER})


class StaffAdminSite(AdminSite):
    """The stock site without its own sign-in and password pages: these are ours, with the second factor and the lockout."""

    site_header = "Wardlight administration"
    site_title = "Wardlight"
    index_title = "Administration"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Roles decide, not Django's flags: a superuser without a role gets nowhere."""
        if not request.user.is_authenticated or not request.user.is_active or signed_in_by_ehr(request):
            return False
        return bool(request.user.roles & ROLES) and is_mfa_enabled(request.user)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What waits for somebody's decision stands first."""
        candidates = ModelVersion.objects.filter(status=ModelStatus.CANDIDATE)
        return super().index(request, {"waiting_for_decision": candidates.count(), **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Where the site sends whoever may not enter."""
        if not request.user.is_authenticated:
            to_sign_in = redirect_to_login(request.GET.get("next") or resolve_url("admin:index"))
            # a page that refreshes itself asked: the whole page goes to the sign-in, which is not put inside of it
            return HttpResponseClientRedirect(to_sign_in.url) if getattr(request, "htmx", None) else to_sign_in
        if signed_in_by_ehr(request):
            raise PermissionDenied
        if not is_mfa_enabled(request.user):
            return redirect("mfa_activate_totp")
        if self.has_permission(request):
            return redirect("admin:index")
        raise PermissionDenied

    def password_change(  # type: ignore[override]  # a redirect is as good as a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ours, which asks for the second factor first."""
        return redirect("account_change_password")
