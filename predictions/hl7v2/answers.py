"""What is said of a message: an acknowledgement with every reason, and never a word about the patient.

HL7 v2.5.1 chapter 2: MSA-1 AA, AE or AR (table 0008); ERR-3 by table 0357, ERR-4 severity by table 0516.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ACCEPTED, ERROR, REJECTED = "AA", "AE", "AR"
SEGMENT_MISSING, FIELD_MISSING, WRONG_TYPE, NOT_IN_TABLE = 100, 101, 102, 103
WRONG_MESSAGE, WRONG_EVENT, WRONG_PROCESSING, WRONG_VERSION = 200, 201, 202, 203
NOT_KNOWN, INTERNAL = 204, 207
WORDS = {
    100: "Segment sequence error", 101: "Required field missing", 102: "Data type error", 103: "Table value not found",
    200: "Unsupported message type", 201: "Unsupported event code", 202: "Unsupported processing id",
    203: "Unsupported version id", 204: "Unknown key identifier", 207: "Application internal error",
}  # fmt: skip
_ESCAPED = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "})


@dataclass(frozen=True)
class Remark:
    """One thing that is wrong (severity E), left out (W) or worth knowing (I), and where."""

    location: str
    code: int
    text: str
    severity: str = "E"


@dataclass(frozen=True)
class Verdict:
    """The answer to a message."""

    code: str
    remarks: tuple[Remark, ...] = ()


class MessageRefusedError(Exception):
    """The message cannot be taken; `verdict` says why."""

    def __init__(self, code: str, *remarks: Remark) -> None:
        super().__init__(code)
        self.verdict = Verdict(code, remarks)


@dataclass(frozen=True)
class Heading:
    """What of a message's first segment its answer repeats; empty where it could not be read."""

    sender: tuple[str, str] = ("", "")
    receiver: tuple[str, str] = ("", "")
    kind: str = ""
    event: str = ""
    control_id: str = ""
    processing: str = field(default="P")
    version: str = "2.5.1"


def acknowledgement(heading: Heading, verdict: Verdict, *, number: str, at: datetime) -> bytes:
    """The answer as it goes over the line, in UTF-8."""
    kind = f"ACK^{heading.event}^ACK" if heading.event else "ACK"
    ours, theirs = (tuple(part.translate(_ESCAPED) for part in pair) for pair in (heading.receiver, heading.sender))
    when = at.strftime("%Y%m%d%H%M%S%z")
    first = ["MSH", "^~\\&", *ours, *theirs, when, "", kind, number, heading.processing, heading.version]
    lines = ["|".join([*first, "", "", "", "", "", "UNICODE UTF-8"])]
    said = "; ".join(remark.text for remark in verdict.remarks).translate(_ESCAPED)[:80]
    lines.append(f"MSA|{verdict.code}|{heading.control_id.translate(_ESCAPED)}{f'|{said}' if said else ''}")
    lines += [_error(remark) for remark in verdict.remarks]
    return ("\r".join(lines) + "\r").encode()


def _error(remark: Remark) -> str:
    words = WORDS.get(remark.code, "Message accepted")
    text = remark.text.translate(_ESCAPED)
    return f"ERR||{remark.location}|{remark.code}^{words}^HL70357|{remark.severity}||||{text}"
