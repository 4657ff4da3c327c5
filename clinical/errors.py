"""What can go wrong with facts. The docstring of each error is what its reader is told."""

from __future__ import annotations


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
