"""Django's administration with our own door and our own rooms."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig

ROOMS = frozenset({"clinical", "predictions", "mlops", "assistant"})


class StaffAdminConfig(AdminConfig):
    """Django's admin, entered through our sign-in."""

    default_site = "config.admin_site.StaffAdminSite"

    def ready(self) -> None:
        """Libraries bring pages of their own, some with secrets on them: what is not ours is not in there, for nobody."""
        super().ready()
        for model in [model for model in admin.site._registry if model._meta.app_label not in ROOMS]:  # noqa: SLF001  no public list
            admin.site.unregister(model)
