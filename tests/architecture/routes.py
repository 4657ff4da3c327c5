"""The route matrix: what each role gets from each door. A route that is not listed here fails the suite.

An answer is an HTTP status, or where a stranger is sent. `{encounter}` is an encounter of Alice's unit; the clinician of
the matrix is Alice, the foreign clinician is Charlie of another unit.
"""

from __future__ import annotations

from dataclasses import dataclass

LOGIN = "sign-in"
REAUTHENTICATE = "re-authentication"


@dataclass(frozen=True)
class Door:
    """One route and method, and what each principal gets."""

    anonymous: int | str
    clinician: int | str
    foreign: int | str
    approver: int | str
    administrator: int | str
    auditor: int | str
    ehr_client: int | str

    @classmethod
    def same(cls, answer: int | str, *, anonymous: int | str | None = None) -> Door:
        return cls(answer if anonymous is None else anonymous, *([answer] * 6))

    @classmethod
    def clinicians(cls, own: int, *, foreign: int | None = None) -> Door:
        return cls(LOGIN, own, own if foreign is None else foreign, 403, 403, 403, 403)

    @classmethod
    def auditors(cls, answer: int) -> Door:
        return cls(LOGIN, 403, 403, 403, 403, answer, 403)


PRINCIPALS = ("anonymous", "clinician", "foreign", "approver", "administrator", "auditor", "ehr_client")

ROUTES: dict[tuple[str, str], Door] = {
    ("GET", "/"): Door.same(302, anonymous=LOGIN),
    ("GET", "/health/live"): Door.same(200),
    ("GET", "/health/ready"): Door.same(200),
    ("GET", "/worklist/"): Door.clinicians(200),
    ("GET", "/encounters/{encounter}/"): Door.clinicians(200, foreign=404),
    ("POST", "/encounters/{encounter}/follow-ups/"): Door.clinicians(422, foreign=404),
    ("GET", "/audit/"): Door.auditors(200),
}
