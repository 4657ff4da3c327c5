"""A champion with a profile of what it learned from."""

from __future__ import annotations

import pytest

from clinical.models import User
from mlops.models import TrainingProfile
from predictions.models import ModelVersion
from tests import small_model
from tests.mlops.monitoring import hospital_day


@pytest.fixture
def version(dana: User) -> ModelVersion:
    champion = small_model.promoted(dana)
    TrainingProfile.objects.filter(version=champion).delete()
    hospital_day.learned(champion)
    return champion
