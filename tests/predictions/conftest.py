"""A champion for the tests that score."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clinical.models import User
from predictions import champion
from predictions.models import ModelVersion
from tests import small_model


@pytest.fixture(autouse=True)
def _no_champion_of_another_test() -> Iterator[None]:
    champion.forget()
    yield
    champion.forget()


@pytest.fixture
def version(dana: User) -> ModelVersion:
    """The champion, promoted by Dana."""
    return small_model.promoted(dana)
