"""What administrators look after: units, people and their roles. No patient is in here, and every change is audited."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset as unlock
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinical import audit
from clinical.clients import admin as _systems  # noqa: F401  registered with the others
from clinical.models import CareUnit, EhrIdentity, StaffMembership, User
from clinical.models.staff import Role

NAMES: dict[type, str] = {CareUnit: "unit", User: "user", StaffMembership: "membership", EhrIdentity: "ehr_identity"}
OWN_ROLES = "Ask another administrator to change your own roles."


class Audited(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no parameter at run time
    """Open to administrators, closed to deleting, and written to the audit log where Django writes its own."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_administrator(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: what somebody did must keep pointing at somebody."""
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record(request, "added", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        _record(request, "changed", obj)
        return super().log_change(request, obj, message)


@admin.register(CareUnit)
class CareUnitAdmin(Audited):
    """Wards."""

    list_display = ("name", "code", "is_open")
    search_fields = ("name", "code")


@admin.register(User)
class StaffUserAdmin(Audited, UserAdmin):  # type: ignore[type-arg]  # takes no parameter at run time
    """People who sign in. Their rights come from their memberships alone, so Django's own flags are not shown."""

    list_display = ("username", "last_name", "first_name", "is_active", "last_login")
    list_filter = ("is_active",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "is_active")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    actions = ("unlock_sign_in", "remove_second_factor")

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002  Django's name
        return super().user_change_password(request, id, form_url)

    @admin.action(description="Unlock the sign-in after failed attempts")
    def unlock_sign_in(self, request: HttpRequest, users: QuerySet[User]) -> None:
        with transaction.atomic():
            for user in users:
                unlock(username=user.username)
                _record(request, "unlocked", user)
        self.message_user(request, "They can try to sign in again.", messages.SUCCESS)

    @admin.action(description="Remove the second factor (lost phone); the next sign-in sets up a new one")
    def remove_second_factor(self, request: HttpRequest, users: QuerySet[User]) -> None:
        with transaction.atomic():
            for user in users:
                if user == request.user:
                    continue
                Authenticator.objects.filter(user=user).delete()
                _record(request, "second_factor_removed", user)
        self.message_user(request, "Removed. Make sure that you spoke to the person.", messages.WARNING)


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameter at run time
    """A new membership; nobody gives a role to themselves."""

    acting: User

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if user == self.acting:
            raise forms.ValidationError(OWN_ROLES)
        return user


@admin.register(StaffMembership)
class StaffMembershipAdmin(Audited):
    """Roles: given, and ended. What was in force on a day stays readable."""

    form = MembershipForm
    fields = ("user", "role", "unit")
    list_display = ("user", "role", "unit", "started_at", "ended_at")
    list_filter = ("role", "unit", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "unit")
    search_fields = ("user__username", "user__last_name")
    autocomplete_fields = ("user", "unit")
    actions = ("end_now",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A membership is ended and another given, so that its history is not rewritten."""
        return obj is None and _is_administrator(request)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[MembershipForm]:
        form = super().get_form(request, *args, **kwargs)
        return type("MembershipForm", (form,), {"acting": request.user})

    @admin.action(description="End these memberships now")
    def end_now(self, request: HttpRequest, memberships: QuerySet[StaffMembership]) -> None:
        others = memberships.filter(ended_at__isnull=True).exclude(user=request.user.pk)
        with transaction.atomic():
            for membership in others:
                membership.ended_at = timezone.now()
                membership.save(update_fields=["ended_at"])
                _record(request, "ended", membership)
        if memberships.filter(user=request.user.pk).exists():
            self.message_user(request, OWN_ROLES, messages.WARNING)


@admin.register(EhrIdentity)
class EhrIdentityAdmin(Audited):
    """Which user of an EHR is which account here. Ended by switching it off."""

    list_display = ("fhir_user", "issuer", "user", "is_active")
    list_filter = ("is_active", "issuer")
    list_select_related = ("user",)
    search_fields = ("fhir_user", "user__username")
    autocomplete_fields = ("user",)


def _is_administrator(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and Role.ADMINISTRATOR in request.user.roles


def _record(request: HttpRequest, what: str, row: Any) -> None:
    detail: dict[str, Any] = {}
    if isinstance(row, EhrIdentity):
        detail = {"user": row.user.public_id, "issuer": row.issuer, "fhir_user": row.fhir_user, "active": row.is_active}
    if isinstance(row, StaffMembership):
        unit = row.unit.public_id if row.unit else None
        detail = {"user": row.user.public_id, "role": row.role, "unit": unit}
    audit.record(
        actor=request.user if isinstance(request.user, User) else None,
        verb=f"{NAMES[type(row)]}.{what}",
        subject_type=NAMES[type(row)],
        subject_id=getattr(row, "public_id", row.pk),
        detail=detail,
    )
