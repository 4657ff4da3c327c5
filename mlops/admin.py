"""Models in the administration: Django's own frame and permissions around our pages. Nothing is edited or deleted by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path

from clinical.models import User
from clinical.models.staff import Role
from mlops.conformance import views as conformance
from mlops.models import ConformanceReport, Incident, MonitoringNight, ShadowTrial, TrainingRun
from mlops.monitoring import admin as _bounds_and_channels  # noqa: F401  registered with the others
from mlops.monitoring import views as watching
from mlops.shadow import views as shadow
from mlops.views import decisions, training_runs, versions, which
from predictions.models import ModelVersion

READERS = frozenset({Role.APPROVER, Role.ADMINISTRATOR})


class OurPages(admin.ModelAdmin):  # type: ignore[type-arg]  # takes no parameter at run time
    """Stands in the list of what there is, and answers with our pages instead of Django's forms."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and bool(request.user.roles & READERS)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def _door(self, route: str, view: Any, name: str) -> URLPattern:
        """Behind the site's own door, under the name that Django would give it."""
        opts = self.model._meta  # noqa: SLF001  Django's own name for what a model is called
        door: URLPattern = path(route, self.admin_site.admin_view(view), name=f"{opts.app_label}_{opts.model_name}_{name}")
        return door


@admin.register(ModelVersion)
class ModelVersionAdmin(OurPages):
    """Versions: the inbox, one beside the champion, the decisions, the story."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self._door("", versions.home, "changelist"),
            self._door("rollback/", decisions.rollback, "rollback"),
            self._door("which/", which.ask, "which"),
            self._door("<uuid:public_id>/", versions.version, "change"),
            self._door("<uuid:public_id>/story/", versions.story, "story"),
            self._door("<uuid:public_id>/card/", versions.card, "card"),
            self._door("<uuid:public_id>/evidence/", versions.evidence, "evidence"),
            self._door("<uuid:public_id>/approve/", decisions.approve, "approve"),
            self._door("<uuid:public_id>/reject/", decisions.reject, "reject"),
            self._door("<uuid:public_id>/promote/", decisions.promote, "promote"),
        ]


@admin.register(TrainingRun)
class TrainingRunAdmin(OurPages):
    """Runs: the list, one while it goes on, start and cancel."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self._door("", training_runs.every_run, "changelist"),
            self._door("start/", training_runs.start, "start"),
            self._door("<uuid:public_id>/", training_runs.run, "change"),
            self._door("<uuid:public_id>/cancel/", training_runs.cancel, "cancel"),
        ]


@admin.register(ShadowTrial)
class ShadowTrialAdmin(OurPages):
    """Trials: the list, a candidate's beginning, the report, the signed end."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self._door("", shadow.every_trial, "changelist"),
            self._door("start/<uuid:public_id>/", shadow.start, "start"),
            self._door("<uuid:public_id>/", shadow.trial, "change"),
            self._door("<uuid:public_id>/end/", shadow.end, "end"),
        ]


@admin.register(MonitoringNight)
class MonitoringNightAdmin(OurPages):
    """What was watched, as one page of plots."""

    def get_urls(self) -> list[URLPattern]:
        return [self._door("", watching.drift, "changelist")]


@admin.register(Incident)
class IncidentAdmin(OurPages):
    """Incidents: the list, one, and what is done about it."""

    def get_urls(self) -> list[URLPattern]:
        return [
            self._door("", watching.every_incident, "changelist"),
            self._door("<uuid:public_id>/", watching.incident, "change"),
            self._door("<uuid:public_id>/acknowledge/", watching.acknowledge, "acknowledge"),
            self._door("<uuid:public_id>/close/", watching.close, "close"),
        ]


@admin.register(ConformanceReport)
class ConformanceReportAdmin(OurPages):
    """What the site's own doors answer: the reports, one of them, the button. Administrators alone."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and Role.ADMINISTRATOR in request.user.roles

    def get_urls(self) -> list[URLPattern]:
        return [
            self._door("", conformance.every_report, "changelist"),
            self._door("start/", conformance.start, "start"),
            self._door("<uuid:public_id>/", conformance.report, "change"),
        ]
