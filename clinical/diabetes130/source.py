"""Opening the data set's file, zip or csv, without trusting it: size, packing and encoding are checked as it is read.

Nothing is unpacked to disk and nothing is held whole in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from django.conf import settings

from clinical.errors import DataSetNotFoundError, SourceRefusedError

TABLE = "diabetic_data.csv"
MAPPING = "ids_mapping.csv"  # compared in lower case: both IDs_mapping.csv and IDS_mapping.csv are published
PUBLISHED_SHA256 = "0689e7ec031237dc63031b938805c48377748761a3b26acab621567afa24df97"
LARGEST_TABLE_BYTES = 256 * 1024 * 1024
LARGEST_MAPPING_BYTES = 64 * 1024
LARGEST_LINE_CHARACTERS = 64 * 1024
LARGEST_ZIP_DIRECTORY_BYTES = 64 * 1024
LARGEST_ZIP_RATIO = 100  # the published file packs 6 : 1; a bomb packs 1,000 : 1
_ENCRYPTED = 0x1
_ZIP_END_SEARCHED_BYTES = 22 + 65_535  # the end record and the longest comment after it
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass
class Source:
    """An open file: its text, its mapping, and what was noticed while it was read."""

    name: str
    text: io.TextIOWrapper
    mapping_text: str
    watch: _Watch
    size: int

    def lines(self) -> Iterator[str]:
        """Line by line; one that never ends is refused before it fills the memory."""
        while line := self.text.readline(LARGEST_LINE_CHARACTERS):
            if len(line) == LARGEST_LINE_CHARACTERS:
                msg = f"{self.name} has a line of more than {LARGEST_LINE_CHARACTERS:,} characters."
                raise SourceRefusedError(msg)
            yield line

    @property
    def sha256(self) -> str:
        """Of the table's bytes; complete once the text has been read to its end."""
        return self.watch.sha256.hexdigest()

    @property
    def share_read(self) -> float:
        return self.watch.size / max(self.size, 1)

    @property
    def is_at_its_end(self) -> bool:
        return not self.text.readline(1)

    @property
    def ends_in_newline(self) -> bool:
        return self.watch.last_byte in (b"\n", b"\r")


def find_dataset() -> Path | None:
    """The data set where the setting or a usual place has it."""
    configured = getattr(settings, "DATASET", None)
    if configured:
        return Path(configured)
    base = Path(settings.BASE_DIR)
    places = (base / "data", base / "shared" / "data", base.parent / "shared" / "data", base / "var" / "downloads")
    return next((place / "diabetes130.zip" for place in places if (place / "diabetes130.zip").is_file()), None)


def dataset_at(named: Path | None) -> Path:
    """The file that was named, else the data set where it is found."""
    path = named or find_dataset()
    if path is None:
        raise DataSetNotFoundError
    return path


@contextlib.contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open `path`, told apart as zip or csv by its first bytes and not by its name."""
    if not path.is_file():
        msg = f"{path} is not a file."
        raise SourceRefusedError(msg)
    try:
        with path.open("rb") as file:
            begins = file.read(4)
            file.seek(0)
            opened = _from_zip(file) if begins == b"PK\x03\x04" else _from_csv(path, file)
            with opened as source:
                yield source
    # NotImplementedError is what zipfile says of a way to pack that it does not know, or of a header that claims one
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as damaged:
        msg = f"{path.name} is a damaged zip file: {damaged}."
        raise SourceRefusedError(msg) from damaged
    except OSError as unreadable:
        msg = f"{path.name} cannot be read: {unreadable.strerror or unreadable}."
        raise SourceRefusedError(msg) from unreadable


@contextlib.contextmanager
def _from_csv(path: Path, file: BinaryIO) -> Iterator[Source]:
    size = path.stat().st_size
    _refuse_if_large(path.name, size, LARGEST_TABLE_BYTES)
    beside = next((other for other in path.parent.iterdir() if other.name.lower() == MAPPING and other.is_file()), None)
    if beside is None:
        msg = f"IDs_mapping.csv is missing beside {path.name}: without it the codes of the file cannot be checked."
        raise SourceRefusedError(msg)
    _refuse_if_large(beside.name, beside.stat().st_size, LARGEST_MAPPING_BYTES)
    yield _source(path.name, file, beside.read_bytes(), size)


@contextlib.contextmanager
def _from_zip(file: BinaryIO) -> Iterator[Source]:
    _refuse_large_directory(file)
    with zipfile.ZipFile(file) as archive:
        table, mapping = _member(archive, TABLE, LARGEST_TABLE_BYTES), _member(archive, MAPPING, LARGEST_MAPPING_BYTES)
        with archive.open(mapping) as packed:
            mapping_bytes = packed.read(LARGEST_MAPPING_BYTES + 1)
        with archive.open(table) as packed:
            yield _source(TABLE, packed, mapping_bytes, table.file_size)


def _member(archive: zipfile.ZipFile, name: str, largest: int) -> zipfile.ZipInfo:
    found = [member for member in archive.infolist() if Path(member.filename).name.lower() == name]
    if len(found) != 1:
        msg = f"The zip file holds {len(found)} files named {name}; exactly one is needed."
        raise SourceRefusedError(msg)
    (member,) = found
    _refuse_if_large(name, member.file_size, largest)
    if member.flag_bits & _ENCRYPTED:
        msg = f"{name} is locked with a password."
        raise SourceRefusedError(msg)
    if member.compress_type not in ZIP_METHODS or member.file_size > LARGEST_ZIP_RATIO * max(member.compress_size, 1):
        msg = f"{name} is packed more tightly than any such table can be: refused as a zip bomb."
        raise SourceRefusedError(msg)
    return member


def _source(name: str, packed: IO[bytes], mapping_bytes: bytes, size: int) -> Source:
    watch = _Watch(packed, name=name)
    # strict UTF-8, with or without the mark that spreadsheets write; newline="" leaves line ends to the csv reader
    text = io.TextIOWrapper(io.BufferedReader(watch, 1 << 16), encoding="utf-8-sig", errors="strict", newline="")
    try:
        return Source(name, text, mapping_bytes.decode("utf-8-sig"), watch, size)
    except UnicodeDecodeError as error:
        msg = "IDs_mapping.csv is not UTF-8 text."
        raise SourceRefusedError(msg) from error


def _refuse_if_large(name: str, size: int, largest: int) -> None:
    if size > largest:
        msg = f"{name} would be {size:,} bytes; more than {largest:,} are not read."
        raise SourceRefusedError(msg)


def _refuse_large_directory(file: BinaryIO) -> None:
    """Before zipfile reads it whole: a directory of millions of files would fill the memory."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _ZIP_END_SEARCHED_BYTES))
    tail = file.read()
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    directory_bytes = int.from_bytes(tail[end + 12 : end + 16], "little")
    if end >= 0 and (directory_bytes > LARGEST_ZIP_DIRECTORY_BYTES or b"PK\x06\x07" in tail[max(0, end - 20) : end]):
        msg = "The zip file lists far more than the two files of the data set."
        raise SourceRefusedError(msg)


class _Watch(io.RawIOBase):
    """Passes bytes on, and counts, hashes and looks at them: what a zip's directory promises is not relied on."""

    def __init__(self, inner: IO[bytes], *, name: str) -> None:
        self.inner, self.name = inner, name
        self.sha256 = hashlib.sha256()
        self.size = 0
        self.last_byte = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the only buffer io passes
        data = self.inner.read(len(buffer))
        if not self.size:
            self._refuse_other_encodings(data)
        self.size += len(data)
        _refuse_if_large(self.name, self.size, LARGEST_TABLE_BYTES)
        if b"\0" in data:
            msg = f"{self.name} holds NUL bytes: it is not a text file, or not in UTF-8."
            raise SourceRefusedError(msg)
        self.sha256.update(data)
        self.last_byte = data[-1:] or self.last_byte
        buffer[: len(data)] = data
        return len(data)

    def _refuse_other_encodings(self, begins: bytes) -> None:
        if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
            msg = f"{self.name} is in UTF-16; save it as UTF-8."
            raise SourceRefusedError(msg)
