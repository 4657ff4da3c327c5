from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.job_state import check_job_state
from ..models.job_state import JobState
from typing import cast
from uuid import UUID
import datetime






T = TypeVar("T", bound="Job")



@_attrs_define
class Job:
    """ Any number of stays that were sent at once, and how far they are.

        Attributes:
            done (int):
            expires_at (datetime.datetime): When the result is deleted.
            finished_at (datetime.datetime | None):
            id (UUID):
            lines (int):
            progress (float):
            received_at (datetime.datetime):
            refused (int):
            result (None | str): Where the result can be read: newline-delimited JSON, a BatchItem a line.
            started_at (datetime.datetime | None):
            state (JobState):
            stored (int):
     """

    done: int
    expires_at: datetime.datetime
    finished_at: datetime.datetime | None
    id: UUID
    lines: int
    progress: float
    received_at: datetime.datetime
    refused: int
    result: None | str
    started_at: datetime.datetime | None
    state: JobState
    stored: int





    def to_dict(self) -> dict[str, Any]:
        done = self.done

        expires_at = self.expires_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        id = str(self.id)

        lines = self.lines

        progress = self.progress

        received_at = self.received_at.isoformat()

        refused = self.refused

        result: None | str
        result = self.result

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        state: str = self.state

        stored = self.stored


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "done": done,
            "expires_at": expires_at,
            "finished_at": finished_at,
            "id": id,
            "lines": lines,
            "progress": progress,
            "received_at": received_at,
            "refused": refused,
            "result": result,
            "started_at": started_at,
            "state": state,
            "stored": stored,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        done = d.pop("done")

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))




        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)



                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))


        id = UUID(d.pop("id"))




        lines = d.pop("lines")

        progress = d.pop("progress")

        received_at = datetime.datetime.fromisoformat(d.pop("received_at"))




        refused = d.pop("refused")

        def _parse_result(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        result = _parse_result(d.pop("result"))


        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)



                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))


        state = check_job_state(d.pop("state"))




        stored = d.pop("stored")

        job = cls(
            done=done,
            expires_at=expires_at,
            finished_at=finished_at,
            id=id,
            lines=lines,
            progress=progress,
            received_at=received_at,
            refused=refused,
            result=result,
            started_at=started_at,
            state=state,
            stored=stored,
        )

        return job

