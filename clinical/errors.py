"""What can go wrong with facts. The docstring of each error is what its reader is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ClinicalError(Exception):
    """The request could not be carried out."""

    code = "clinical_error"
    status = 400

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class SourceRefusedError(ClinicalError):
    """The file is not usable, and nothing was stored."""

    code = "source_refused"
    status = 422


class DataSetNotFoundError(SourceRefusedError):
    """The data set was not found: name its zip or csv file, or set WARDLIGHT_DATASET."""

    code = "data_set_not_found"
    status = 404


class RowsRefusedError(SourceRefusedError):
    """Some rows of the file are not usable, and nothing was stored."""

    code = "rows_refused"

    def __init__(self, *, refused_count: int, reasons: list[str]) -> None:
        self.refused_count = refused_count
        self.reasons = reasons
        super().__init__(f"{refused_count:,} of the file's rows are not usable, and nothing was stored. First, {reasons[0]}.")


class DownloadFailedError(ClinicalError):
    """The data set could not be fetched."""

    code = "download_failed"
    status = 502


class FollowUpRefusedError(ClinicalError):
    """The follow-up could not be recorded."""

    code = "follow_up_refused"
    status = 422


class OutcomeRefusedError(ClinicalError):
    """The outcome could not be recorded."""

    code = "outcome_refused"
    status = 422


@dataclass(frozen=True)
class Fault:
    """What is wrong with one fact, by the name under which it is kept."""

    field: str
    message: str


class FactsRefusedError(ClinicalError):
    """Some of the facts cannot be true, and nothing was stored."""

    code = "facts_refused"
    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__()


class NoSuchStayError(ClinicalError):
    """There is no such stay."""

    code = "no_such_stay"
    status = 404


class NoSuchPatientError(ClinicalError):
    """There is no such patient."""

    code = "no_such_patient"
    status = 404


class VersionConflictError(ClinicalError):
    """Somebody else changed it meanwhile: read it again, and decide anew."""

    code = "version_conflict"
    status = 412
