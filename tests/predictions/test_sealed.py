"""Sealed links: readable by this installation alone, unalterable, and saying nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.sealed import seal, unseal

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=40), st.lists, max_leaves=5)


@given(JSON)
def test_what_is_sealed_comes_back(value: object) -> None:
    assert unseal(seal(value)) == value


def test_a_token_does_not_say_what_it_holds() -> None:
    assert "okafor" not in seal("okafor").lower()
    assert seal("okafor") != seal("okafor")


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "\N{GREEK SMALL LETTER ALPHA}" * 40, "A" * 5_000, "\x00"])
def test_anything_else_is_nothing(token: str) -> None:
    assert unseal(token) is None


def test_an_altered_token_is_nothing() -> None:
    token = seal(["-risk", 0.2, 7, False])
    assert unseal(token[:30] + ("A" if token[30] != "A" else "B") + token[31:]) is None
