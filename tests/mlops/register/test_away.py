"""MLflow is killed or hangs: promotions go on, what it should know waits, and it agrees when it is back."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from clinical import outbox
from clinical.models import Message, User
from config import mlflow_server
from mlops.errors import RegisterUnavailableError
from mlops.register import choosing, mlflow_register
from mlops.register.reconcile import reconcile
from mlops.tasks import reconcile_register
from predictions.models import MODEL_NAME, ModelStatus
from tests.small_model import promoted

pytestmark = pytest.mark.processes


@pytest.fixture
def away(settings: Settings, own: str) -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        settings.MLFLOW_TRACKING_URI = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.MLFLOW_EXPERIMENT, settings.MLFLOW_MODEL_PREFIX = own, f"{own}."
        yield settings.MLFLOW_TRACKING_URI


def test_a_promotion_while_mlflow_is_killed_is_told_when_it_is_back(
    settings: Settings, own: str, dana: User, tmp_path: Path
) -> None:
    settings.MLFLOW_EXPERIMENT, settings.MLFLOW_MODEL_PREFIX = own, f"{own}."
    with mlflow_server.running(tmp_path) as url:
        settings.MLFLOW_TRACKING_URI = url
        promoted(dana)
        outbox.deliver_due()
    second = promoted(dana, seed=1)
    outbox.deliver_due()
    assert second.status == ModelStatus.CHAMPION
    assert Message.objects.waiting().filter(kind="registry.alias").count() == 1
    reconcile_register()  # finds nobody, and says so without failing
    with mlflow_server.running(tmp_path) as url:
        settings.MLFLOW_TRACKING_URI = url
        reconcile()
        register = choosing.register()
        assert register is not None
        there = register.versions(MODEL_NAME)[str(second.public_id)]
        assert register.aliases(MODEL_NAME)["champion"] == there.registered_as


def test_a_server_that_never_answers_is_given_up_and_the_message_put_off(
    away: str, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_register, "REQUEST_SECONDS", 1)
    champion = promoted(dana)
    began = time.monotonic()
    outbox.deliver_due()
    message = Message.objects.get(kind="registry.alias")
    assert time.monotonic() - began < 15
    assert message.done_at is None
    assert message.last_error == "RegisterUnavailableError: MLflow did not answer within 1 s."
    assert champion.status == ModelStatus.CHAMPION


def test_a_conversation_ends_after_its_time_whatever_is_left_to_say(mlflow_url: str, own: str) -> None:
    register = mlflow_register.MlflowRegister(uri=mlflow_url, experiment=own, seconds=0)
    with pytest.raises(RegisterUnavailableError, match="longer than"):
        register.versions(MODEL_NAME)


def test_a_password_in_the_address_is_in_no_reason() -> None:
    register = mlflow_register.MlflowRegister(uri="http://somebody:hunter2@127.0.0.1:1", experiment="x")
    with pytest.raises(RegisterUnavailableError) as refused:
        register.versions(MODEL_NAME)
    assert "hunter2" not in str(refused.value)
