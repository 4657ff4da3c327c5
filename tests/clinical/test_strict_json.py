"""JSON that two readers could read two ways, or that nobody could keep, is refused with its reason."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from clinical.doors.strict_json import DEEPEST, loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(codec="ascii", min_codepoint=32)), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(VALUES)
def test_whatever_json_writes_is_read_as_it_was_written(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"[1,]", "no JSON"),
        (b"{'a': 1}", "no JSON"),
        (b"{} {}", "no JSON"),
        (b"nul", "no JSON"),
        (b"[01]", "no JSON"),
        (b"[+1]", "no JSON"),
        (b"[.5]", "no JSON"),
        (b'["\t"]', "no JSON"),
        (b'["\\x41"]', "no JSON"),
        (b"// no\n{}", "no JSON"),
        (b'{"a": 1, "a": 2}', "'a' is told twice"),
        (b'{"b": {"a": 1, "a": 1}}', "'a' is told twice"),
        (b"[NaN]", "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"[1e400]", "larger than any"),
        (b"[" + b"9" * 5_000 + b"]", "too long"),
        (b"\xff{}", "not UTF-8 from byte 1"),
        (b'["\xed\xa0\x80"]', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'["\\ud800"]', "surrogate"),
        (b'["\\u0000"]', "NUL"),
        (b'{"\\u0000": 1}', "NUL"),
        (b'["\\\\\\u0000"]', "NUL"),
        (b'["unended]', "no JSON"),
        (b'["a', "no JSON"),
        (b'["\\', "no JSON"),
        (b'["\\u00A"]', "no JSON"),
        (b"[1.]", "no JSON"),
        (b"[1e]", "no JSON"),
        (b"[-]", "no JSON"),
        (b"[0x1]", "no JSON"),
        (b"[1 2]", "no JSON"),
        (b"[,1]", "no JSON"),
        (b'{"a" 1}', "no JSON"),
        (b'{"a":1,}', "no JSON"),
        (b"{1: 1}", "no JSON"),
        (b"[]]", "no JSON"),
        (b"True", "no JSON"),
        (b"\x00", "no JSON"),
        (b"[\x0b1]", "no JSON"),
        ("[1\u00a0]".encode(), "no JSON"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "deeper"),
        (b'{"a":' * 100_000, "deeper"),
    ],
)  # fmt: skip
def test_what_is_not_plainly_json_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError) as refused:
        loads(body)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b" [] ", []), (b"{}", {}), (b'""', ""), (b"true", True), (b"null", None), (b"-0", 0), (b"[1E22]", [1e22]),
        (b"[0e+1]", [0.0]), (b"[-0.0]", [-0.0]), (b'{"":0}', {"": 0}), (b'["\\ud834\\udd1e"]', ["\U0001d11e"]),
        (b'["\\/"]', ["/"]), (b'["\\\\u0000"]', ["\\u0000"]), (b'["\x7f"]', ["\x7f"]), (b"\t[\r\n1 ]", [1]),
        (b"[1e-400]", [0.0]),
    ],
)  # fmt: skip
def test_what_is_json_is_read(body: bytes, value: object) -> None:
    assert loads(body) == value


def test_brackets_inside_of_texts_are_not_depth() -> None:
    text = "[{" * 1_000 + '\\"'
    assert loads(json.dumps([text]).encode()) == [text]


def test_a_body_of_the_largest_size_is_refused_within_a_second_however_it_is_made() -> None:
    began = time.perf_counter()
    names = b",".join(b'"%d":1' % number for number in range(90_000))
    for body in (
        b"[" * 1_000_000, b'["' + b'\\"' * 500_000, b'{"a":1,' * 140_000, b'"' * 1_000_000,
        b"[" * DEEPEST + b'"' + b'\\"' * 400_000 + b"[[", b"{" + names + b',"89999":1}',
    ):  # fmt: skip
        with pytest.raises(ParseError):
            loads(body)
    assert time.perf_counter() - began < 8  # six bodies on a busy machine: bounded, not timed
