from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from clinical.models import AuditEvent, Message, User
from mlops import recording, releases
from mlops.errors import DecisionRefusedError, NothingToRollBackError, PromotionRefusedError
from mlops.models import Decision, RunState, Tenure, TrainingRun
from predictions.models import FeatureSchema, ModelStatus, ModelVersion
from tests import small_model
from tests.factories import member

WHY = "The evidence was read and holds."


def statuses() -> list[tuple[int, str]]:
    return list(ModelVersion.objects.order_by("number").values_list("number", "status"))


def tenures() -> list[tuple[int, str]]:
    return [(tenure.version.number, tenure.kind) for tenure in Tenure.objects.order_by("pk")]


# --- recording ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_trained_model_is_recorded_as_the_next_candidate() -> None:
    first, second = small_model.recorded(), small_model.recorded(seed=1)
    assert statuses() == [(1, "candidate"), (2, "candidate")]
    assert first.feature_schema == second.feature_schema
    assert first.metrics["auc"]["low"] < first.metrics["auc"]["value"]
    assert first.training_data["training"]["encounters"] > 0
    assert AuditEvent.objects.filter(verb="model.recorded").count() == 2


# --- deciding -------------------------------------------------------------------------------------------------------------


def test_an_approval_brings_the_candidate_into_office_and_retires_the_one_before(dana: User) -> None:
    small_model.promoted(dana)
    version = small_model.promoted(dana, seed=1)
    assert statuses() == [(1, "retired"), (2, "champion")]
    assert version.promoted_by == dana
    assert tenures() == [(1, "promotion"), (2, "promotion")]
    event = AuditEvent.objects.filter(verb="model.promoted").latest("position")
    assert (event.actor_name, event.detail) == ("dana", {"number": 2, "retired": 1, "kind": "promotion"})
    assert TrainingRun.objects.get(version=version).state == RunState.DECIDED
    assert Message.objects.filter(kind="registry.alias").exists()


def test_an_approval_can_wait_with_the_office(dana: User) -> None:
    version = small_model.examined()
    releases.approve(version, by=dana, reason=WHY, promote=False)
    assert statuses() == [(1, "approved")]
    releases.promote(version, by=dana)
    assert statuses() == [(1, "champion")]


def test_a_decision_keeps_its_reason_and_the_seal_of_what_was_read(dana: User) -> None:
    decision = releases.approve(small_model.examined(seed=3), by=dana, reason=f"  {WHY} ")
    assert (decision.reason, decision.evidence_seal, decision.by) == (WHY, f"{3:064x}", dana)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.update(reason="another")


def test_who_asked_for_a_version_may_not_decide_about_it(dana: User) -> None:
    version = small_model.examined(requested_by=dana)
    with pytest.raises(DecisionRefusedError, match="somebody else"):
        releases.approve(version, by=dana, reason=WHY)
    with pytest.raises(DecisionRefusedError, match="somebody else"):
        releases.reject(version, by=dana, reason=WHY)
    assert statuses() == [(1, "candidate")]


def test_only_an_approver_decides(frank: User) -> None:
    with pytest.raises(DecisionRefusedError, match="not a model approver"):
        releases.approve(small_model.examined(), by=frank, reason=WHY)


def test_a_decision_needs_a_reason_in_words(dana: User) -> None:
    with pytest.raises(DecisionRefusedError, match="reason"):
        releases.approve(small_model.examined(), by=dana, reason=" ok ")
    assert statuses() == [(1, "candidate")]


def test_a_candidate_without_sealed_evidence_cannot_be_approved(dana: User) -> None:
    with pytest.raises(DecisionRefusedError, match="no sealed evidence"):
        releases.approve(small_model.recorded(), by=dana, reason=WHY)


def test_the_second_of_two_approvers_is_told_that_it_is_decided(dana: User) -> None:
    version = small_model.examined()
    releases.reject(version, by=dana, reason="Too many alerts on the surgical ward.")
    with pytest.raises(DecisionRefusedError, match="decided already"):
        releases.approve(version, by=member("dora", "approver"), reason=WHY)
    assert statuses() == [(1, "rejected")]


def test_an_approval_that_has_expired_brings_nobody_into_office(dana: User) -> None:
    version = small_model.examined()
    with pytest.raises(DecisionRefusedError, match="expired already"):
        releases.approve(version, by=dana, reason=WHY, expires_at=timezone.now() - timedelta(days=1))
    Decision.objects.create(
        version=version, kind="approved", by=dana, reason=WHY, expires_at=timezone.now() - timedelta(minutes=1)
    )
    ModelVersion.objects.update(status=ModelStatus.APPROVED)
    with pytest.raises(PromotionRefusedError, match="expired on"):
        releases.promote(version, by=dana)


@pytest.mark.parametrize("status", [ModelStatus.CANDIDATE, ModelStatus.REJECTED, ModelStatus.CHAMPION])
def test_only_an_approved_or_a_retired_version_is_promoted(dana: User, status: ModelStatus) -> None:
    version = small_model.recorded()
    ModelVersion.objects.update(status=status)
    with pytest.raises(PromotionRefusedError):
        releases.promote(version, by=dana)


def test_a_version_that_does_not_load_changes_nothing(dana: User, settings: Settings) -> None:
    small_model.promoted(dana)
    broken = small_model.examined(seed=1)
    path = Path(settings.ARTEFACTS) / f"{broken.artefact_sha256}.model"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(PromotionRefusedError, match="SHA-256"):
        releases.approve(broken, by=dana, reason=WHY)
    path.write_bytes(whole)  # the name is the bytes' digest: another test may meet the same model
    assert statuses() == [(1, "champion"), (2, "candidate")]
    assert Decision.objects.filter(version=broken).count() == 0


def test_a_model_whose_scores_have_no_intervals_is_not_promoted(dana: User) -> None:
    held_out = small_model.dataset().held_out
    model = replace(small_model.model(), spread=None)
    scores = model.probabilities(held_out.matrix)
    version = recording.record(model=model, dataset=small_model.dataset(), held_out_scores=scores, metrics={})
    ModelVersion.objects.update(status=ModelStatus.APPROVED)
    with pytest.raises(PromotionRefusedError, match="no intervals"):
        releases.promote(version, by=dana)


# --- rolling back ---------------------------------------------------------------------------------------------------------


def test_a_rollback_brings_the_version_before_back(dana: User, frank: User) -> None:
    small_model.promoted(dana)
    small_model.promoted(dana, seed=1)
    releases.rollback(by=frank, reason="Alerts doubled over night.")
    assert statuses() == [(1, "champion"), (2, "retired")]
    assert tenures() == [(1, "promotion"), (2, "promotion"), (1, "rollback")]
    event = AuditEvent.objects.get(verb="model.rolled_back")
    assert (event.actor_name, event.detail["retired"]) == ("frank", 2)


def test_a_second_rollback_goes_further_back_and_not_to_and_fro(dana: User) -> None:
    for seed in range(3):
        small_model.promoted(dana, seed=seed)
    releases.rollback(by=dana, reason="The newest is wrong.")
    releases.rollback(by=dana, reason="And so was the one before.")
    assert statuses() == [(1, "champion"), (2, "retired"), (3, "retired")]
    with pytest.raises(NothingToRollBackError):
        releases.rollback(by=dana, reason="There is nothing more.")


def test_a_rollback_needs_a_reason(dana: User) -> None:
    small_model.promoted(dana)
    small_model.promoted(dana, seed=1)
    with pytest.raises(DecisionRefusedError, match="reason"):
        releases.rollback(by=dana, reason="")


# --- what the database holds ----------------------------------------------------------------------------------------------


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


def test_a_tenure_and_sealed_evidence_cannot_be_rewritten(dana: User) -> None:
    version = small_model.promoted(dana)
    with pytest.raises(DatabaseError), transaction.atomic():
        Tenure.objects.update(reason="another")
    with pytest.raises(DatabaseError), transaction.atomic():
        type(version.evidence).objects.update(verdict={"passed": True})
