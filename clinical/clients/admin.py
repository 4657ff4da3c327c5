"""Systems in the administration: our pages inside Django's frame. Administrators alone; nothing is deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path

from clinical.clients import pages
from clinical.models import EhrClient, User
from clinical.models.staff import Role


@admin.register(EhrClient)
class EhrClientAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no parameter at run time
    """Stands in the list of what there is, and answers with our pages instead of Django's forms."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and Role.ADMINISTRATOR in request.user.roles

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        return [
            self._door("", pages.every_client, "changelist"),
            self._door("register/", pages.register, "register"),
            self._door("<uuid:public_id>/", pages.client, "change"),
            self._door("<uuid:public_id>/rotate/", pages.rotate, "rotate"),
            self._door("<uuid:public_id>/revoke/<int:credential_id>/", pages.revoke, "revoke"),
            self._door("<uuid:public_id>/switch-off/", pages.switch_off, "switch_off"),
            self._door("<uuid:public_id>/grants/<uuid:unit_id>/", pages.grants, "grants"),
            self._door("<uuid:public_id>/keys/", pages.keys, "keys"),
            self._door("<uuid:public_id>/calls/", pages.calls, "calls"),
        ]

    def _door(self, route: str, view: Any, name: str) -> URLPattern:
        door: URLPattern = path(route, self.admin_site.admin_view(view), name=f"clinical_ehrclient_{name}")
        return door
