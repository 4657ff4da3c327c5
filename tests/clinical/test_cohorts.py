"""Every page says so when its data is not a hospital's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinical import audit
from clinical.diabetes130.anchor import LOAD_VERB, SUBJECT
from clinical.models import User


@pytest.mark.parametrize(
    ("provenance", "said"),
    [("synthetic", "Synthetic cohort."), ("diabetes130", "Research data.")],
    ids=["synthetic", "research"],
)
def test_every_page_says_what_kind_of_data_it_shows(
    signed_in: Callable[[User], Client], alice: User, client: Client, provenance: str, said: str
) -> None:
    audit.record(actor=None, verb=LOAD_VERB, subject_type=SUBJECT, subject_id=provenance)
    assert said in client.get("/accounts/login/").content.decode()
    assert said in signed_in(alice).get("/worklist/").content.decode()


def test_a_hospitals_own_data_carries_no_such_line(signed_in: Callable[[User], Client], alice: User) -> None:
    assert "Not for the care of any patient" not in signed_in(alice).get("/worklist/").content.decode()
