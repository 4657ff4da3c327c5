"""What can be wrong with a file as a whole. The docstring of each error is what its reader is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictions.errors import PredictionError

if TYPE_CHECKING:
    from predictions.upload.importing import Report


class FileRefusedError(PredictionError):
    """The file cannot be read, and nothing was stored."""

    code = "file_refused"
    status = 422
    may_pass = False


class FileTooLargeError(FileRefusedError):
    """The file is larger than files may be here."""

    code = "file_too_large"
    status = 413


class RowsRefusedError(FileRefusedError):
    """Some rows of the file are refused, and all or nothing was asked for: nothing was stored."""

    code = "rows_refused"

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__()


class TooManyUploadsError(PredictionError):
    """Twenty of your files wait already: import or discard one of them first."""

    code = "too_many_uploads"
    status = 429
