from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import Settings

from clinical.models import AuditEvent, User
from mlops import releases
from mlops.errors import PromotionRefusedError
from predictions.models import FeatureSchema, ModelStatus, ModelVersion
from tests import small_model


def statuses() -> list[tuple[int, str]]:
    return list(ModelVersion.objects.order_by("number").values_list("number", "status"))


@pytest.mark.django_db
def test_a_trained_model_is_recorded_as_the_next_candidate() -> None:
    first, second = small_model.recorded(), small_model.recorded(seed=1)
    assert statuses() == [(1, "candidate"), (2, "candidate")]
    assert first.feature_schema == second.feature_schema
    assert first.metrics["auc"]["low"] < first.metrics["auc"]["value"]
    assert first.training_data["training"]["encounters"] > 0
    assert AuditEvent.objects.filter(verb="model.recorded").count() == 2


def test_a_promotion_retires_the_one_before_and_says_by_whom(dana: User) -> None:
    releases.promote(small_model.recorded(), by=dana)
    version = releases.promote(small_model.recorded(seed=1), by=dana)
    assert statuses() == [(1, "retired"), (2, "champion")]
    assert version.promoted_by == dana
    event = AuditEvent.objects.filter(verb="model.promoted").latest("position")
    assert (event.actor_name, event.detail) == ("dana", {"number": 2, "retired": 1})


def test_a_retired_version_can_come_back(dana: User) -> None:
    first = releases.promote(small_model.recorded(), by=dana)
    releases.promote(small_model.recorded(seed=1), by=dana)
    releases.promote(first, by=dana)
    assert statuses() == [(1, "champion"), (2, "retired")]


def test_who_asked_for_a_version_may_not_promote_it(dana: User) -> None:
    with pytest.raises(PromotionRefusedError, match="somebody else"):
        releases.promote(small_model.recorded(requested_by=dana), by=dana)
    assert statuses() == [(1, "candidate")]


@pytest.mark.parametrize("status", [ModelStatus.REJECTED, ModelStatus.CHAMPION])
def test_neither_a_rejected_version_nor_the_champion_is_promoted(dana: User, status: ModelStatus) -> None:
    version = small_model.recorded()
    ModelVersion.objects.update(status=status)
    with pytest.raises(PromotionRefusedError):
        releases.promote(version, by=dana)


def test_a_version_that_does_not_load_changes_nothing(dana: User, settings: Settings) -> None:
    releases.promote(small_model.recorded(), by=dana)
    broken = small_model.recorded(seed=1)
    path = Path(settings.ARTEFACTS) / f"{broken.artefact_sha256}.model"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(PromotionRefusedError, match="SHA-256"):
        releases.promote(broken, by=dana)
    assert statuses() == [(1, "champion"), (2, "candidate")]


def test_a_model_whose_scores_have_no_intervals_is_not_promoted(dana: User) -> None:
    held_out = small_model.dataset().held_out
    model = replace(small_model.model(), spread=None)
    scores = model.probabilities(held_out.matrix)
    version = releases.record(model=model, dataset=small_model.dataset(), held_out_scores=scores, metrics={})
    with pytest.raises(PromotionRefusedError, match="no intervals"):
        releases.promote(version, by=dana)
    assert statuses() == [(1, "candidate")]


@pytest.mark.django_db
def test_the_database_holds_one_champion_at_most() -> None:
    small_model.recorded()
    small_model.recorded(seed=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.update(status=ModelStatus.CHAMPION)


@pytest.mark.django_db
def test_a_stored_schema_cannot_be_rewritten() -> None:
    small_model.recorded()
    with pytest.raises(DatabaseError), transaction.atomic():
        FeatureSchema.objects.update(version="2")
