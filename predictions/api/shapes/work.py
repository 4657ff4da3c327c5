"""What staff and the EHR write back, and the worklist that is read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from clinical.models.follow_up import FollowUpKind, FollowUpState
from clinical.models.outcome import Readmission
from predictions.api.shapes.base import Asked, Moment, Told, UuidText, one_of
from predictions.api.shapes.scores import BandCode, Interval, Probability

KindCode = Annotated[str, one_of("FollowUpKind", map(str, FollowUpKind.values))]
StateCode = Annotated[str, one_of("FollowUpState", map(str, FollowUpState.values))]
ReadmissionCode = Annotated[str, one_of("Readmission", map(str, Readmission.values))]


class NewFollowUp(Asked):
    """What was done, and in sight of which prediction."""

    kind: KindCode
    state: StateCode
    note: Annotated[str, Field(max_length=500)] = ""
    prediction_id: UuidText | None = None


class FollowUp(Told):
    """One action. Added, never changed."""

    id: UUID
    encounter_id: UUID
    kind: KindCode
    state: StateCode
    note: str
    prediction_id: UUID | None
    recorded_at: Moment


class OutcomeReport(Asked):
    """Whether the patient came back. Taken as soon as it can be true, and counted only once it has matured."""

    readmission: ReadmissionCode


class Outcome(Told):
    """What is known of an encounter's outcome. Null: not yet known."""

    encounter_id: UUID
    readmission: ReadmissionCode | None
    matures_at: Moment | None = Field(description="Discharge, 30 days, and a lag for late reports.")
    reported_at: Moment | None
    counts: bool = Field(description="Whether it has matured: no figure is computed before.")


class WorklistLine(Told):
    """One line of the list."""

    encounter_id: UUID
    patient_id: UUID
    unit: str
    admitted_at: Moment
    discharged_at: Moment | None
    prediction_id: UUID | None
    risk_probability: Probability | None
    interval: Interval | None
    band: BandCode | None
    main_reasons: list[str]
    not_scored_reason: str | None
    follow_up_state: StateCode | None
    follow_up_at: Moment | None
