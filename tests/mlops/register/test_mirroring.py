"""What PostgreSQL decided is found in the register, however often it is told, and never the other way round."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from pytest_django import Settings

from clinical import outbox
from clinical.models import Message, User
from mlops import releases
from mlops.models import TrainingRun
from mlops.register import mirroring
from mlops.register.base import ModelRegister
from mlops.register.memory import MemoryRegister
from mlops.register.reconcile import reconcile
from predictions.models import MODEL_NAME, ModelVersion
from tests.small_model import examined, promoted

REASON = "The evidence was read and holds."


@pytest.fixture
def register() -> MemoryRegister:
    return MemoryRegister()


def agree(register: ModelRegister) -> list[str]:
    return [str(difference) for difference in mirroring.agree(MODEL_NAME, open_register=lambda: register)]


def pointed(register: ModelRegister) -> dict[str, str]:
    """Each alias with our own number of the version that it points at."""
    numbers = {str(version.public_id): version.number for version in ModelVersion.objects.all()}
    ours = {known.registered_as: f"v{numbers[key]}" for key, known in register.versions(MODEL_NAME).items()}
    return {alias: ours[number] for alias, number in register.aliases(MODEL_NAME).items()}


def test_an_empty_register_is_given_every_version_and_alias(register: MemoryRegister, dana: User) -> None:
    promoted(dana)
    promoted(dana, seed=1)
    examined(seed=2)
    agree(register)
    assert pointed(register) == {"previous": "v1", "champion": "v2", "candidate": "v3"}


def test_a_register_that_agrees_is_left_alone(register: MemoryRegister, dana: User) -> None:
    promoted(dana)
    agree(register)
    assert agree(register) == []


def test_a_rollback_moves_the_champion_back(register: MemoryRegister, dana: User) -> None:
    promoted(dana)
    promoted(dana, seed=1)
    agree(register)
    releases.rollback(by=dana, reason=REASON)
    agree(register)
    assert pointed(register)["champion"] == "v1"


def test_an_alias_moved_by_hand_is_moved_back_and_changes_nobody_in_office(register: MemoryRegister, dana: User) -> None:
    champion, candidate = promoted(dana), examined(seed=1)
    agree(register)
    register.point(name=MODEL_NAME, alias="champion", registered_as=register.aliases(MODEL_NAME)["candidate"])
    assert len(agree(register)) == 1
    assert pointed(register) == {"champion": f"v{champion.number}", "candidate": f"v{candidate.number}"}
    candidate.refresh_from_db()
    assert candidate.status == "candidate"


def test_a_decided_candidate_is_no_candidate_there(register: MemoryRegister, dana: User) -> None:
    candidate = examined()
    agree(register)
    releases.reject(candidate, by=dana, reason=REASON)
    agree(register)
    assert pointed(register) == {}


def test_somebody_elses_alias_is_left_alone(register: MemoryRegister, dana: User) -> None:
    promoted(dana)
    agree(register)
    register.point(name=MODEL_NAME, alias="notebook", registered_as="1")
    agree(register)
    assert pointed(register)["notebook"] == "v1"


def test_a_version_whose_file_is_gone_or_changed_is_told_and_not_registered(register: MemoryRegister, dana: User) -> None:
    version = promoted(dana)
    file = Path(django_settings.ARTEFACTS) / f"{version.artefact_sha256}.model"
    whole = file.read_bytes()
    try:
        file.write_bytes(whole[:-1] + b"!")
        told = agree(register)
    finally:
        file.write_bytes(whole)
    assert "another digest" in told[0]
    assert register.versions(MODEL_NAME) == {}


def test_the_run_carries_figures_with_intervals_schema_and_data_and_nobodys_name(register: MemoryRegister, dana: User) -> None:
    version = examined(requested_by=dana)
    agree(register)
    (run,) = register.runs.values()
    assert {"auc", "auc_low", "auc_high"} <= set(run.metrics)
    assert {"feature_schema.json", "data.json"} <= set(run.files)
    assert run.tags["wardlight.data-sha256"] == version.training_data["sha256"]
    assert "dana" not in repr(run)


def test_without_a_register_a_message_is_done_and_none_pile_up(settings: Settings, dana: User) -> None:
    settings.MLFLOW_TRACKING_URI = None
    promoted(dana)
    outbox.deliver_due()
    assert not Message.objects.waiting().filter(kind__startswith="registry.").exists()


def test_a_real_mlflow_is_told_by_the_outbox(settings: Settings, mlflow_url: str, own: str, dana: User) -> None:
    settings.MLFLOW_TRACKING_URI, settings.MLFLOW_EXPERIMENT, settings.MLFLOW_MODEL_PREFIX = mlflow_url, own, f"{own}."
    promoted(dana)
    run = TrainingRun.objects.get()
    with transaction.atomic():
        outbox.put(kind="registry.run", subject=str(run.public_id), key=f"registry.run:{run.public_id}")
    outbox.deliver_due()
    assert not Message.objects.waiting().filter(kind__startswith="registry.").exists()
    assert reconcile(all_runs=True) == ()
    from mlops.register.choosing import register  # noqa: PLC0415  after the settings above

    there = register()
    assert there is not None
    assert pointed(there) == {"champion": "v1"}
