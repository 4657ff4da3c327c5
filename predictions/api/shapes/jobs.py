"""Jobs as they are told."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from predictions.api.shapes.base import Moment, Told, one_of
from predictions.api.shapes.pages import NEXT
from predictions.models import JobState

StateOfJob = Annotated[str, one_of("JobState", map(str, JobState.values))]


class Job(Told):
    """Any number of stays that were sent at once, and how far they are."""

    id: UUID
    state: StateOfJob
    lines: int
    done: int
    stored: int
    refused: int
    progress: Annotated[float, Field(ge=0, le=1)]
    received_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    expires_at: Moment = Field(description="When the result is deleted.")
    result: str | None = Field(description="Where the result can be read: newline-delimited JSON, a BatchItem a line.")


class JobPage(Told):
    """Your own jobs, the newest first."""

    items: list[Job]
    next: str | None = NEXT
