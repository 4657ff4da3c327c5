"""A file's physical lines, one after another, in memory that its contents cannot stretch.

What is wrong with a line is kept beside its number until whoever reads asks for it: the number is the one that an
editor shows, also where a quoted cell runs over several lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST_LINE_BYTES = 65_536
TOO_LONG = f"the line is longer than {LONGEST_LINE_BYTES:,} bytes"
_NOT_UTF8 = "the line is not in UTF-8; save the file as UTF-8"
_HAS_NUL = "the line holds a NUL character"
_LF, _CR = 0x0A, 0x0D


class Lines:
    """Iterates over text lines, each with its line end; `number` is that of the line last given."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.number = 0
        self.bytes_read = 0
        self._chunks = chunks
        self._troubles: dict[int, str] = {}

    def troubles(self, first: int, last: int) -> list[tuple[int, str]]:
        """What is wrong with the lines from `first` to `last`; told once, with everything before them."""
        found = [(number, self._troubles.pop(number)) for number in sorted(self._troubles) if number <= last]
        return [(number, trouble) for number, trouble in found if number >= first]

    def __iter__(self) -> Iterator[str]:
        for raw, is_cut in _physical(self._counted()):
            self.number += 1
            yield self._text(raw, is_cut=is_cut)

    def _counted(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.bytes_read += len(chunk)
            yield chunk

    def _text(self, raw: bytes, *, is_cut: bool) -> str:
        if self.number == 1 and raw.startswith(b"\xef\xbb\xbf"):
            raw = raw[3:]
        if is_cut:
            self._troubles[self.number] = TOO_LONG
            return "\n"
        if b"\0" in raw:
            self._troubles[self.number] = _HAS_NUL
            raw = raw.replace(b"\0", b"")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self._troubles[self.number] = _NOT_UTF8
            return raw.decode("utf-8", errors="replace")


def _physical(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines by LF, CR LF or a lone CR; of one that is too long the beginning, and that it was cut."""
    held, is_cut = b"", False
    for chunk in chunks:
        held += chunk
        whole, held = _split(held)
        for place, line in enumerate(whole):
            was_cut = is_cut and place == 0
            yield line[:LONGEST_LINE_BYTES], was_cut or len(line) > LONGEST_LINE_BYTES
        is_cut = is_cut and not whole
        if len(held) > LONGEST_LINE_BYTES:
            # a \r at the very end may be half of a line end: it stays
            held, is_cut = held[-1:], True
    if held:
        yield held[:LONGEST_LINE_BYTES], is_cut or len(held) > LONGEST_LINE_BYTES


def _split(held: bytes) -> tuple[list[bytes], bytes]:
    """The lines that are certainly whole, and the rest: after a final CR the LF may still come."""
    lines = held.splitlines(keepends=True)  # of bytes: \n, \r and \r\n alone end a line
    if lines and (lines[-1][-1] != _LF):
        return lines[:-1], lines[-1]
    return lines, b""
