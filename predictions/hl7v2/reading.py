"""A message's text taken apart: segments, repetitions, components, with their escapes undone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from predictions.hl7v2.answers import ERROR, NOT_IN_TABLE, REJECTED, SEGMENT_MISSING, WRONG_TYPE, WRONG_VERSION, Heading, Remark
from predictions.hl7v2.answers import MessageRefusedError as Refused

CHARACTER_SETS = {
    "": "utf-8", "ASCII": "ascii", "8859/1": "latin-1", "UNICODE UTF-8": "utf-8", "UNICODE": "utf-8", "UTF-8": "utf-8",
}  # fmt: skip
VERSIONS = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2")
MOST_SEGMENTS = 2000
NULL = '""'  # the sender's word that there is no value
Repetition = tuple[str, ...]
_ESCAPE = re.compile(r"\\([FSTRE]|X[0-9A-Fa-f]{2}|\.br)\\")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Segment:
    """One line. `place` is ERR-2's beginning: its name and the how manieth of this name it is."""

    name: str
    place: str
    fields: Mapping[int, tuple[Repetition, ...]]

    def repetitions(self, number: int) -> tuple[Repetition, ...]:
        return self.fields.get(number, ())

    def value(self, number: int, component: int = 1) -> str:
        """Of the first repetition; empty where nothing was said."""
        first = next(iter(self.repetitions(number)), ())
        return first[component - 1] if len(first) >= component else ""


@dataclass(frozen=True)
class Message:
    """A whole message."""

    heading: Heading
    segments: tuple[Segment, ...]

    def all(self, name: str) -> Iterator[Segment]:
        return (segment for segment in self.segments if segment.name == name)

    def one(self, name: str) -> Segment:
        segment = next(self.all(name), None)
        if segment is None:
            raise Refused(ERROR, Remark(name, SEGMENT_MISSING, f"the segment {name} is missing"))
        return segment


def heading_of(raw: bytes) -> Heading:
    """What can be read of the first line without trusting it: an answer is owed to whatever comes."""
    line = re.split(rb"[\r\n]", raw, maxsplit=1)[0][:2000]
    if not line.startswith(b"MSH") or len(line) < len("MSH|^~\\&|"):
        return Heading()
    parts = [re.sub(r"[\x00-\x1f\x7f]", "", part) for part in line.decode("ascii", "replace").split(chr(line[3]))]
    parts += [""] * (12 - len(parts))
    kind = [*parts[8].split("^"), ""][:2]
    return Heading(
        sender=(parts[2][:80], parts[3][:80]), receiver=(parts[4][:80], parts[5][:80]), kind=kind[0][:3], event=kind[1][:3],
        control_id=parts[9][:199], processing=parts[10].split("^")[0][:1] or "P",
        version=parts[11].split("^")[0][:8] or "2.5.1",
    )  # fmt: skip


def read(raw: bytes) -> Message:
    """MessageRefusedError says what cannot be read, and where."""
    heading = heading_of(raw)
    if not heading.control_id:
        raise Refused(REJECTED, Remark("MSH^1^10", SEGMENT_MISSING, "this is no message that begins with MSH and has a number"))
    if heading.version not in VERSIONS:
        raise Refused(REJECTED, Remark("MSH^1^12", WRONG_VERSION, f"versions {VERSIONS[0]} to {VERSIONS[-1]} are read"))
    lines = [line for line in _LINE_END.split(_text(raw)) if line]
    if len(lines) > MOST_SEGMENTS:
        raise Refused(REJECTED, Remark("MSH", SEGMENT_MISSING, f"more than {MOST_SEGMENTS} segments"))
    return Message(heading, tuple(_segments(lines, heading.version)))


def _text(raw: bytes) -> str:
    named = (re.split(rb"[\r\n]", raw, maxsplit=1)[0].split(raw[3:4]) + [b""] * 18)[17]
    name = re.split(rb"[~^]", named)[0].decode("ascii", "replace")
    if name not in CHARACTER_SETS:
        known = ", ".join(filter(None, CHARACTER_SETS))
        raise Refused(REJECTED, Remark("MSH^1^18", NOT_IN_TABLE, f"the character sets {known} are read"))
    try:
        text = raw.decode(CHARACTER_SETS[name])
    except UnicodeDecodeError:
        raise Refused(REJECTED, Remark("MSH^1^18", WRONG_TYPE, "holds bytes that are not of its character set")) from None
    if "\x00" in text:
        raise Refused(REJECTED, Remark("MSH", WRONG_TYPE, "holds the character NUL"))
    return text


def _segments(lines: list[str], version: str) -> Iterator[Segment]:
    from hl7apy.exceptions import HL7apyException  # noqa: PLC0415  a process that takes no messages need not load it
    from hl7apy.parser import get_message_info, parse_segment  # noqa: PLC0415

    try:
        marks, _structure, _version = get_message_info(lines[0] + "\r")
    except (HL7apyException, ValueError, IndexError, KeyError):
        raise Refused(REJECTED, Remark("MSH^1^2", WRONG_TYPE, "the separators cannot be read")) from None
    seen: dict[str, int] = {}
    for line in lines:
        name = line[:3]
        seen[name] = seen.get(name, 0) + 1
        place = f"{re.sub('[^A-Z0-9]', '', name)}^{seen[name]}"
        try:
            parsed = parse_segment(line, version=_known_to_the_library(version), encoding_chars=marks)
            fields: dict[int, list[Repetition]] = {}
            for told in parsed.children:
                text = told.to_er7(encoding_chars=marks)
                fields.setdefault(int(told.name.rpartition("_")[2]), []).append(_components(text, marks))
        except (HL7apyException, ValueError, IndexError, KeyError, TypeError, AttributeError):
            raise Refused(REJECTED, Remark(place, WRONG_TYPE, "the segment cannot be read")) from None
        yield Segment(name, place, {number: tuple(told) for number, told in fields.items()})


def _known_to_the_library(version: str) -> str:
    return "2.7" if version == "2.7.1" else version


def _components(text: str, marks: Mapping[str, str]) -> Repetition:
    parts = (part.split(marks["SUBCOMPONENT"])[0] for part in text.split(marks["COMPONENT"]))
    return tuple("" if part == NULL else _unescaped(part, marks) for part in parts)


def _unescaped(text: str, marks: Mapping[str, str]) -> str:
    if marks["ESCAPE"] not in text:
        return text.strip()
    means = {
        "F": marks["FIELD"], "S": marks["COMPONENT"], "T": marks["SUBCOMPONENT"], "R": marks["REPETITION"],
        "E": marks["ESCAPE"], ".br": " ",
    }  # fmt: skip
    return _ESCAPE.sub(lambda found: means.get(found[1]) or chr(int(found[1][1:], 16)), text).strip()
