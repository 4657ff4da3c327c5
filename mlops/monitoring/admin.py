"""What administrators set about watching: the bounds, and who is told. Approvers may look; every change is audited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from clinical import audit
from clinical.admin import Audited
from clinical.models import User
from clinical.models.staff import Role
from mlops.models import DriftThreshold, NotificationChannel
from mlops.models.incident import ChannelKind
from mlops.notifications.channels import new_secret

_BOUNDS = ("notice", "warning", "alarm", "minimum_n")


class Watched(Audited):
    """Open to administrators, to be read by approvers, closed to deleting."""

    name = ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and bool(request.user.roles & {Role.ADMINISTRATOR, Role.APPROVER})

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "added", obj)
        return admin.ModelAdmin.log_addition(self, request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, "changed", obj)
        return admin.ModelAdmin.log_change(self, request, obj, message)

    def told(self, row: Any) -> dict[str, Any]:
        """What the audit log keeps of a row; never a secret."""
        return {}

    def _record(self, request: HttpRequest, what: str, row: Any) -> None:
        actor = request.user if isinstance(request.user, User) else None
        subject = getattr(row, "public_id", row.pk)
        audit.record(actor=actor, verb=f"{self.name}.{what}", subject_type=self.name, subject_id=subject, detail=self.told(row))


@admin.register(DriftThreshold)
class DriftThresholdAdmin(Watched):
    """Bounds: one for each metric, neither more nor fewer."""

    name = "drift_threshold"
    list_display = ("__str__", *_BOUNDS)
    fields = ("metric", *_BOUNDS)
    readonly_fields = ("metric",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def told(self, row: DriftThreshold) -> dict[str, Any]:
        return {bound: getattr(row, bound) for bound in _BOUNDS}


@admin.register(NotificationChannel)
class NotificationChannelAdmin(Watched):
    """Channels: a webhook's secret is made here and shown once."""

    name = "notification_channel"
    list_display = ("name", "kind", "address", "least_severity", "is_on")
    fields = ("name", "kind", "address", "least_severity", "is_on")
    actions = ("change_secret",)

    def told(self, row: NotificationChannel) -> dict[str, Any]:
        return {"kind": row.kind, "address": row.address, "least_severity": row.least_severity, "is_on": row.is_on}

    def save_model(self, request: HttpRequest, obj: NotificationChannel, form: Any, change: bool) -> None:  # noqa: FBT001  Django's
        if obj.kind == ChannelKind.WEBHOOK and not obj.sealed_secret:
            self._show(request, obj, new_secret(obj))
        super().save_model(request, obj, form, change)

    @admin.action(
        description="Make a new webhook secret (the one before signs too until the next change)", permissions=["change"]
    )
    def change_secret(self, request: HttpRequest, channels: QuerySet[NotificationChannel]) -> None:
        with transaction.atomic():
            for channel in channels.select_for_update().filter(kind=ChannelKind.WEBHOOK):
                secret = new_secret(channel)
                channel.save(update_fields=["sealed_secret", "sealed_secret_before"])
                self._record(request, "secret_changed", channel)
                self._show(request, channel, secret)

    def _show(self, request: HttpRequest, channel: NotificationChannel, secret: str) -> None:
        self.message_user(request, f"Secret of {channel.name}, shown this once: {secret}", messages.WARNING)
