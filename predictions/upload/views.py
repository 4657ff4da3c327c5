"""The pages of files: choose one, see what it would do, say how much of it is taken, see what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinical import audit
from clinical.access import StaffRequest, requires
from clinical.models.staff import Role
from predictions.models import Upload, UploadFindings
from predictions.upload import keeping, report, template
from predictions.upload.errors import FileTooLargeError, TooManyUploadsError
from predictions.upload.preview import SHOWN
from predictions.upload.receiving import FIELD, Received, ToDatabase, is_too_large

FAULTS_SHOWN = 100
UPLOADS_SHOWN = 20
MODES = {"all": False, "valid": True}


# The form's token stands in the body, so whoever looks for it reads the whole file. It is looked for below, once it is
# certain who is asking and where the file's pieces go.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Role.CLINICIAN)
def uploads(request: StaffRequest) -> HttpResponseBase:
    """Choose a file; below, what the columns are and what one's earlier files became."""
    if request.method != "POST":
        return _form(request)
    if is_too_large(request):
        return _form(request, str(FileTooLargeError()), status=413)
    try:
        with transaction.atomic():
            response = _receive(request)
            if response.status_code >= 400:  # noqa: PLR2004  HTTP: refused, and nothing is kept of it
                transaction.set_rollback(True)
    except TooManyUploadsError as full:
        return _form(request, str(full), status=full.status)
    return response


def _receive(request: StaffRequest) -> HttpResponseBase:
    handler = ToDatabase(request, by=request.user)
    request.upload_handlers = [handler]
    response: HttpResponseBase = csrf_protect(_keep)(request)
    return response


def _keep(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get(FIELD)
    (handler,) = request.upload_handlers
    if isinstance(handler, ToDatabase) and handler.too_large:
        return _form(request, str(FileTooLargeError()), status=413)
    if not isinstance(file, Received) or not file.size:
        return _form(request, "Choose a file that is not empty.", status=422)
    keeping.received(file.upload, bytes_count=file.size)
    return redirect("upload", public_id=file.upload.public_id)


def _form(request: HttpRequest, refused: str = "", *, status: int = 200) -> HttpResponse:
    shown = Upload.objects.filter(uploaded_by=request.user.pk).order_by("-received_at")[:UPLOADS_SHOWN]
    context = {
        "refused": refused,
        "uploads": shown,
        "columns": template.COLUMNS,
        "most_mebibytes": settings.UPLOAD_MOST_BYTES // 2**20,
        "most_rows": settings.UPLOAD_MOST_ROWS,
        "keep_hours": settings.UPLOAD_KEEP_HOURS,
    }
    return render(request, "predictions/uploads.html", context, status=status)


@require_safe
@requires(Role.CLINICIAN)
def upload(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Where the file stands: being read, waiting for a word, being imported, or over."""
    found = _own(request, public_id)
    context: dict[str, Any] = {"upload": found, "facts": SHOWN, "faults_shown": FAULTS_SHOWN}
    if found.is_at_work:
        context["rows_done"] = keeping.rows_done(found)
    else:
        findings = UploadFindings.objects.filter(upload=found).first()
        context |= {"findings": findings, "faults": findings.faults[:FAULTS_SHOWN] if findings else []}
        detail = {"rows": len(findings.sample) if findings else 0}
        audit.record(actor=request.user, verb="upload.viewed", subject_type="upload", subject_id=public_id, detail=detail)
    return render(request, "predictions/upload.html", context)


@require_POST
@requires(Role.CLINICIAN)
def ask_for_import(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """All of it, or the good rows."""
    found = _own(request, public_id)
    accept_valid = MODES.get(request.POST.get("mode", ""))
    if accept_valid is None:
        messages.error(request, "Say whether all of it is to be imported, or the good rows.")
    elif not keeping.ask_for_import(found, accept_valid=accept_valid):
        messages.warning(request, "This file no longer waits for your word.")
    return redirect("upload", public_id=public_id)


@require_POST
@requires(Role.CLINICIAN)
def discard(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Delete the file and what was found in it."""
    if keeping.discard(_own(request, public_id)):
        messages.success(request, "The file and what was found in it are deleted.")
        return redirect("uploads")
    messages.warning(request, "It cannot be deleted now.")
    return redirect("upload", public_id=public_id)


@require_safe
@requires(Role.CLINICIAN)
def refused_rows(request: StaffRequest, public_id: UUID) -> HttpResponseBase:
    """The refused rows as CSV, for whoever mends them."""
    findings = get_object_or_404(UploadFindings, upload=_own(request, public_id))
    detail = {"rows": len(findings.faults)}
    audit.record(
        actor=request.user, verb="upload.refused_rows_read", subject_type="upload", subject_id=public_id, detail=detail
    )
    made = f"{timezone.localtime():%Y-%m-%d-%H%M}"
    return _attachment(report.lines(findings.faults), f"refused-rows-{made}.csv")


@require_safe
@requires(Role.CLINICIAN)
def template_file(_request: StaffRequest) -> HttpResponseBase:
    """An empty table with every column and one made-up row."""
    return _attachment([template.as_csv()], "wardlight-stays.csv")


def _own(request: StaffRequest, public_id: UUID) -> Upload:
    """Somebody else's upload and none at all are the same."""
    return get_object_or_404(Upload.objects.select_related("uploaded_by"), public_id=public_id, uploaded_by=request.user)


def _attachment(lines: Any, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
