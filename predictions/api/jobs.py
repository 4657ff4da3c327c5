"""The doors of jobs: any number of stays as newline-delimited JSON, worked on by the workers."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from clinical import audit
from clinical.access import scope_of_units
from clinical.doors.door import in_scope
from clinical.models import User
from predictions.api import job_store
from predictions.api.describing import IDEMPOTENCY_KEY, operation
from predictions.api.door import ApiDoor
from predictions.api.pages import newest_first
from predictions.api.shapes.jobs import Job, JobPage
from predictions.api.shapes.queries import PageQuery, asked_for, parameters_of
from predictions.models import EncounterJob

GROUP = "jobs"
NDJSON = "application/x-ndjson"


class NdjsonParser(BaseParser):
    """The body itself: it is read as it comes, and never as a whole."""

    media_type = NDJSON

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


class Jobs(ApiDoor):
    """The caller's own jobs."""

    needs = {"GET": "encounter.read", "POST": "encounter.write"}
    parser_classes = [NdjsonParser]
    largest_body = 16 * 2**20  # with a key only: to compare it with the first one's, the body is read as a whole

    @operation(
        "listJobs", "List your jobs", {200: (JobPage, "The newest first.")}, group=GROUP, refuses=[422],
        parameters=parameters_of(PageQuery),
    )  # fmt: skip
    @in_scope
    def get(self, request: Request) -> Response:
        query = asked_for(PageQuery, request)
        mine = EncounterJob.objects.filter(client=self.client)
        found, following = newest_first(mine, cursor=query.cursor, limit=query.limit, of=GROUP)
        audit.record(actor=self.client, verb="jobs.listed", subject_type="jobs", detail={"jobs": len(found)})
        return Response(JobPage.model_construct(items=[_told(job) for job in found], next=following).as_json())

    @operation(
        "createJob",
        "Send any number of stays, one a line",
        {202: (Job, "Received; workers store and score it.")},
        group=GROUP,
        asks={NDJSON: OpenApiTypes.BINARY},
        parameters=[IDEMPOTENCY_KEY],
        says="Each line is an EncounterFacts. All lines are received, or none. Each stay then stands for itself.",
    )
    def post(self, request: Request) -> Response:
        if not hasattr(request.data, "read"):  # there is no body: the framework has called no parser
            raise job_store.JobRefusedError
        job = job_store.receive(cast("job_store.Stream", request.data), units=self.units, by=self.client)
        where = reverse("api-job", args=[job.public_id])
        return Response(_told(job).as_json(), status=202, headers={"Location": where})


class OneJob(ApiDoor):
    """One job."""

    needs = {"GET": "encounter.read"}

    @operation("readJob", "Read how far a job is", {200: (Job, "As it stands.")}, group=GROUP, refuses=[404])
    @in_scope
    def get(self, _request: Request, job_id: UUID) -> Response:
        job = job_reached(self.client, job_id)
        audit.record(actor=self.client, verb="job.viewed", subject_type="job", subject_id=job_id)
        return Response(_told(job).as_json())


class CancelJob(ApiDoor):
    """An end to it."""

    needs = {"POST": "encounter.write"}

    @operation(
        "cancelJob",
        "Cancel a job: what is stored stays stored",
        {200: (Job, "As it stands. A part that is being worked on is finished.")},
        group=GROUP,
        refuses=[404, 409],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, _request: Request, job_id: UUID) -> Response:
        with scope_of_units(self.units):
            job = job_store.cancel(job_reached(self.client, job_id), by=self.client)
        return Response(_told(job).as_json())


class ResultOfJob(ApiDoor):
    """What became of each stay."""

    needs = {"GET": "encounter.read"}

    @operation(
        "readJobResult",
        "Read what became of each stay of a job that has ended",
        {200: (OpenApiTypes.BINARY, "One BatchItem a line.")},
        group=GROUP,
        refuses=[404, 409, 410],
        speaks=NDJSON,
    )
    def get(self, _request: Request, job_id: UUID) -> StreamingHttpResponse:
        with scope_of_units(self.units):
            job = job_reached(self.client, job_id)
            if job.is_open:
                raise job_store.JobNotDoneError
            if job.forgotten_at is not None:
                raise job_store.JobForgottenError
            audit.record(actor=self.client, verb="job.result_read", subject_type="job", subject_id=job_id)
        return StreamingHttpResponse(job_store.answers(job, units=self.units), content_type=NDJSON)


def job_reached(client: User, job_id: UUID) -> EncounterJob:
    """One of the caller's own; another's is the same as none."""
    found = EncounterJob.objects.filter(client=client, public_id=job_id).first()
    if found is None:
        raise Http404
    return found


def _told(job: EncounterJob) -> Job:
    has_result = not job.is_open and job.forgotten_at is None
    return Job.model_construct(
        id=job.public_id, state=job.state, lines=job.lines_count, done=job.done_count, stored=job.stored_count,
        refused=job.refused_count, progress=job.done_count / job.lines_count if job.lines_count else 0.0,
        received_at=job.received_at, started_at=job.started_at, finished_at=job.finished_at, expires_at=job.expires_at,
        result=reverse("api-job-result", args=[job.public_id]) if has_result else None,
    )  # fmt: skip
