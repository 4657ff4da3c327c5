"""Bytes on their way from the browser into the database, a piece at a time, never whole in memory and never on a disk here."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

from clinical.models import User
from predictions.models import Upload
from predictions.upload import keeping

FIELD = "file"
OVERHEAD_BYTES = 64 * 1024  # the form's other fields and the boundaries around them


class Received(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs and not when it runs
    """What `request.FILES` holds: no bytes, but the upload that has them."""

    def __init__(self, upload: Upload, size: int) -> None:
        super().__init__(BytesIO(), name="upload", size=size)
        self.upload = upload


class ToDatabase(FileUploadHandler):
    """Keeps the pieces of one file; what is too large is given up, and the transaction around it takes the pieces back."""

    chunk_size = keeping.PART_BYTES

    def __init__(self, request: HttpRequest, *, by: User) -> None:
        super().__init__(request)
        self.by = by
        self.upload: Upload | None = None
        self.too_large = False
        self._pieces, self._held, self._size = 0, b"", 0

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        if field_name != FIELD or self.upload is not None:
            raise SkipFile
        super().new_file(field_name, *args, **kwargs)
        self.upload = keeping.begin(by=self.by)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > settings.UPLOAD_MOST_BYTES:
            self.too_large = True
            raise StopUpload(connection_reset=True)
        self._held += raw_data
        if len(self._held) >= keeping.PART_BYTES:
            self._keep()

    def file_complete(self, file_size: int) -> Received | None:
        if self.upload is None:
            return None
        if self._held:
            self._keep()
        return Received(self.upload, file_size)

    def _keep(self) -> None:
        if self.upload is not None:
            keeping.add_part(self.upload, self._pieces, self._held)
        self._pieces, self._held = self._pieces + 1, b""


def is_too_large(request: HttpRequest) -> bool:
    """By what the request says of itself, before a byte of it is read."""
    return int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MOST_BYTES + OVERHEAD_BYTES
