"""Django's administration with our own door."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin, entered through our sign-in."""

    default_site = "config.admin_site.StaffAdminSite"
