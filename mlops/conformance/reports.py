"""Starting the checks, carrying them out in a worker, and keeping the report."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinical import audit, outbox
from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter, User
from mlops.conformance.asking import Caller
from mlops.conformance.clients import passing_client
from mlops.conformance.running import Finding, carry_out
from mlops.conformance.steps import all_checks
from mlops.conformance.steps.stay import UNIT_CODE
from mlops.errors import ConformanceInFlightError, NoApiAddressError
from mlops.models import ConformanceReport
from mlops.models.conformance import LONGEST_RUN
from predictions import intake

UNIT_NAME = "Conformance checks (no patients)"
log = structlog.get_logger(__name__)


def start(*, by: User | None) -> ConformanceReport:
    """A report that a worker fills; refused while another one is being filled."""
    if not settings.API_ADDRESS:
        raise NoApiAddressError
    with transaction.atomic():
        _give_up_what_was_lost()
        try:
            with transaction.atomic():
                report = ConformanceReport.objects.create(address=settings.API_ADDRESS, started_by=by)
        except IntegrityError:
            raise ConformanceInFlightError from None
        audit.record(actor=by, verb="conformance.started", subject_type="conformance_report", subject_id=report.public_id)
        transaction.on_commit(partial(_hint, report.pk))
    return report


def complete(report_id: int) -> ConformanceReport:
    """Carry the checks out and keep what was seen. May be called twice: a report that is over stays as it is."""
    report = ConformanceReport.objects.get(pk=report_id)
    if report.is_over:
        return report
    try:
        findings, failure = _carried_out(report), ""
    except Exception as error:
        log.exception("conformance checks stumbled", reason=type(error).__name__)
        findings, failure = [], f"The checks could not be carried out: {type(error).__name__}."
    with transaction.atomic():
        report.findings, report.failure = [finding.as_json() for finding in findings], failure
        report.finished_at = timezone.now()
        report.save(update_fields=["findings", "failure", "finished_at"])
        detail = {"held": report.held_count, "faults": len(report.faults)}
        audit.record(
            actor=None, verb="conformance.finished", subject_type="conformance_report", subject_id=report.public_id,
            detail=detail,
        )  # fmt: skip
    return report


def _carried_out(report: ConformanceReport) -> list[Finding]:
    unit, _is_new = CareUnit.objects.get_or_create(code=UNIT_CODE, defaults={"name": UNIT_NAME})
    now = timezone.now().replace(microsecond=0)
    memory = {
        "run": uuid.uuid4().hex[:12],
        "admitted_at": (now - timedelta(days=5)).isoformat(),
        "discharged_at": (now - timedelta(hours=2)).isoformat(),
    }
    try:
        with passing_client(unit) as token:
            return carry_out(all_checks(), caller=Caller(report.address, token), memory=memory)
    finally:
        _clean_up(unit)


def _clean_up(unit: CareUnit) -> None:
    """Nothing of a check stays on any list."""
    with scope_of_the_system():
        visits = list(Encounter.objects.standing().filter(unit=unit).values_list("source_id", flat=True))
    for visit in visits:
        intake.cancel_admission(visit_number=visit, units=[unit], by=None, told_at=None)


def _give_up_what_was_lost() -> None:
    lost = ConformanceReport.objects.filter(finished_at__isnull=True, started_at__lt=timezone.now() - LONGEST_RUN)
    lost.update(finished_at=timezone.now(), failure="Whoever carried the checks out was stopped.")


def _hint(report_id: int) -> None:
    from mlops.tasks import check_conformance  # noqa: PLC0415  tasks stand above the verbs

    outbox.hint(partial(check_conformance.apply_async, (report_id,), retry=False))
