"""REST: what a stay, its score and its corrections answer, and what each bad message is refused with."""

from __future__ import annotations

import json
from typing import Any

from mlops.conformance.checks import Check, has, header, lies, problem, statuses, without_trace
from mlops.conformance.steps.stay import STAY, changed

DOOR = "REST"
ENCOUNTERS = "/api/v1/encounters"
ONE = f"{ENCOUNTERS}/{{encounter}}"
NOBODY = f"{ENCOUNTERS}/00000000-0000-4000-8000-000000000000"
DEEP = 10_000
LARGE = 2_000_000


def _good(name: str, method: str, path: str, *status: int, **others: Any) -> Check:
    return Check(DOOR, name, method, path, statuses(*status), **others)


def _bad(name: str, *fields: str, status: tuple[int, ...] = (400, 422), **others: Any) -> Check:
    """Refused as a problem, the fact at fault named, and nothing of ours shown."""
    path, method = others.pop("path", ENCOUNTERS), others.pop("method", "POST")
    return Check(DOOR, name, method, path, statuses(*status), looks=(problem(*fields), without_trace), **others)


def _raw(**replaced: str) -> bytes:
    """The stay as JSON text, with values put in that no writer of JSON would write."""
    text = json.dumps(changed(visit_number="CHECK-bad"))
    for name, value in replaced.items():
        was = f'"{name}": {json.dumps(STAY[name])}'
        text = text.replace(was, f'"{name}": {value}')
    return text.encode()


GOOD = (
    _good(
        "a stay is kept, scored and explained in one answer", "POST", ENCOUNTERS, 201, body=STAY,
        looks=(lies("prediction/risk_probability", 0, 1), has("prediction/band"), has("main_reasons/0")),
        keeps={"encounter": "encounter/id", "prediction": "prediction/id"},
    ),
    _good(
        "the same stay again is the same stay", "POST", ENCOUNTERS, 200, body=STAY,
        looks=(has("encounter/version", 1),),
    ),
    _good("a stay is read", "GET", ONE, 200, looks=(has("encounter/visit_number"), header("ETag"), header("Cache-Control"))),
    _good("a change on top of a past version is refused", "PATCH", ONE, 412, body={"medications_count": 17},
          headers={"If-Match": '"00000000-0000-4000-8000-000000000000-9"'}, looks=(problem(),)),
    _good("a score says why", "GET", "/api/v1/predictions/{prediction}/why", 200,
          looks=(lies("base_probability", 0, 1), has("factors/0/contribution"), has("cannot_see/0"))),
    _good("the model in office is named", "GET", "/api/v1/models/current", 200),
)  # fmt: skip
BAD = (
    _bad("no token", status=(401,), body=STAY, with_token=False),
    _bad("a token that is none", status=(401,), body=STAY, with_token=False, headers={"Authorization": "Bearer nothing"}),
    _bad("a name told twice", raw=_raw(procedures_count='1, "procedures_count": 2')),
    _bad("not a number", raw=_raw(procedures_count="NaN")),
    _bad("larger than any number", raw=_raw(procedures_count="1e400")),
    _bad("no JSON", raw=b'{"patient": '),
    _bad("bytes that are no text", raw=b"\xff\xfe{}"),
    _bad("nested too deep", raw=b"[" * DEEP + b"]" * DEEP),
    _bad("too large", status=(413,), raw=b'{"patient": "' + b"x" * LARGE + b'"}'),
    _bad("a text for a number", "medications_count", body=changed(medications_count="16")),
    _bad("a truth for a number", "medications_count", body=changed(medications_count=True)),
    _bad("a number that cannot be", "medications_count", body=changed(medications_count=-1)),
    _bad("a name that is not known", "risk_probability", body=changed(risk_probability=0.5)),
    _bad("a day that was not", "birth_date", body=changed(patient=STAY["patient"] | {"birth_date": "2023-02-29"})),
    _bad("born tomorrow's century", "birth_date", body=changed(patient=STAY["patient"] | {"birth_date": "2099-01-01"})),
    _bad("a time without its offset", "admitted_at", body=changed(admitted_at="2026-11-02T08:30:00")),
    _bad("a ward that is not the client's", "unit", body=changed(visit_number="CHECK-{run}-9", unit="NO-SUCH-WARD")),
    _bad("a drug that is on no list", "drugs", body=changed(drugs={"aspirin": "up"})),
    _bad("a kind of content that is none", status=(415,), body=STAY, headers={"Content-Type": "text/plain"}),
    _bad("a method that is not there", status=(405,), path=ENCOUNTERS, method="DELETE"),
    _bad("a stay that is not there", status=(404,), path=NOBODY, method="GET"),
)


CHECKS = (*GOOD, *BAD)
