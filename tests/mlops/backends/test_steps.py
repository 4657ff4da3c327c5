"""Assembling and training as steps of a run, on this machine and on a SageMaker that fails in every way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from mlops import aws
from mlops.backends.base import JobStatus
from mlops.backends.choosing import backend, local
from mlops.blobs import blobs
from mlops.errors import NotYet
from mlops.models import RunState, RunStep, RunTrigger, TrainingRun
from mlops.pipeline.taking import take_step
from mlops.steps import assemble, train
from predictions import artefacts
from predictions.models import ModelVersion
from tests.aws import BUCKET, job_in_moto, started
from tests.mlops.backends.jobs import FEW_TREES, PLACE, frozen_in
from tests.mlops.backends.test_local import until

pytestmark = [pytest.mark.processes, pytest.mark.django_db]
STORE = f"s3://{BUCKET}/training"
LONG = {"trees": 60_000}  # still training whenever the test ends it, however fast the machine


def run_at_training(where: str) -> TrainingRun:
    """A run whose data are frozen already."""
    frozen = frozen_in(blobs())
    wanted = {"source": "file", "protocol": "C", "engine": "boosted", "parameters": FEW_TREES, "seed": 7}
    found = {"assemble": {"frozen": {"place": frozen.place, "sha256": frozen.sha256}}}
    return TrainingRun.objects.create(
        model_name="readmission-30d", trigger=RunTrigger.BUTTON, backend=where, step=RunStep.TRAIN, specification=wanted,
        findings=found,
    )  # fmt: skip


@pytest.fixture
def here(settings: Settings, tmp_path: Path) -> TrainingRun:
    settings.TRAINING_STORE = settings.TRAINING_FOLDER = str(tmp_path)
    return run_at_training("local")


@pytest.fixture
def there(cloud: str, settings: Settings, tmp_path: Path) -> TrainingRun:
    settings.TRAINING_STORE, settings.TRAINING_FOLDER, settings.ARTEFACTS = STORE, str(tmp_path), str(tmp_path / "models")
    return run_at_training("sagemaker")


def look_again(run: TrainingRun) -> TrainingRun:
    TrainingRun.objects.filter(pk=run.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    take_step(run.pk)
    run.refresh_from_db()
    return run


def nothing_was_stored(folder: Path) -> bool:
    return not list(folder.glob("*.model")) and not ModelVersion.objects.exists()


def test_training_here_leaves_a_model_in_the_artefact_store(here: TrainingRun) -> None:
    with pytest.raises(NotYet):
        train.take(here)
    until(lambda: local().look(train.job_of(here)), lambda state: state.status is not JobStatus.RUNNING)
    finding = train.take(here)
    assert finding == train.take(here)  # taken twice, it finds the same
    assert artefacts.store().get(finding["artefact_sha256"])
    assert finding["report"]["parameters"] == FEW_TREES


def test_data_that_were_frozen_are_not_read_again(here: TrainingRun) -> None:
    here.specification["dataset"] = "/nowhere/at/all.csv"
    for path in blobs().list(PLACE):
        blobs().put(path.replace(PLACE, assemble.place_of(here)), blobs().get(path))
    found = assemble.take(here)
    assert found == assemble.take(here)
    assert found["frozen"]["sha256"] == here.findings["assemble"]["frozen"]["sha256"]
    assert found["data"]["training"]["encounters"] > 0


def test_a_killed_training_is_begun_anew_and_three_are_enough(here: TrainingRun) -> None:
    names = []
    here.specification["parameters"] = LONG
    here.save()
    for _ in range(train.MOST_ATTEMPTS):
        job = train.job_of(here)
        names.append(job.name)
        look_again(here)
        local().cancel(job)
        look_again(here)
    assert [name[-2:] for name in names] == ["-1", "-2", "-3"]
    assert here.state == RunState.FAILED
    assert here.failure.startswith("Train: ")


def test_a_cancelled_run_ends_its_training(here: TrainingRun) -> None:
    here.specification["parameters"] = LONG
    here.save()
    look_again(here)
    job = train.job_of(here)
    until(lambda: local().look(job), lambda state: state.total > 0)
    train.stop(here)
    assert local().look(job).status is JobStatus.FAILED


def test_a_job_that_fails_there_ends_the_run_with_its_reason(there: TrainingRun, tmp_path: Path) -> None:
    look_again(there)
    row = job_in_moto(train.job_of(there).name)
    row.training_job_status, row.failure_reason = "Failed", "AlgorithmError: too little memory"
    look_again(there)
    assert (there.state, there.failure) == (RunState.FAILED, "Train: AlgorithmError: too little memory")
    assert nothing_was_stored(tmp_path / "models")


def test_half_an_upload_there_ends_the_run_and_stores_nothing(there: TrainingRun, tmp_path: Path) -> None:
    look_again(there)
    aws.Bucket(f"{STORE}/output").put(f"{train.job_of(there).name}/output/model.tar.gz", b"\x1f\x8b\x08\x00half")
    look_again(there)
    assert there.state == RunState.FAILED
    assert "upload did not end" in there.failure
    assert nothing_was_stored(tmp_path / "models")


def test_while_s3_is_down_the_run_waits_with_a_reason_and_goes_on_after(
    there: TrainingRun, settings: Settings, tmp_path: Path
) -> None:
    up = settings.AWS_ENDPOINT
    server, settings.AWS_ENDPOINT = started()
    server.stop()
    look_again(there)
    assert there.state == RunState.RUNNING
    assert "not reached" in there.lines.last().text  # type: ignore[union-attr]
    assert nothing_was_stored(tmp_path / "models")
    settings.AWS_ENDPOINT = up
    look_again(there)
    assert backend("sagemaker").look(train.job_of(there)).status is JobStatus.SUCCEEDED


def test_a_model_that_s3_does_not_take_now_is_kept_when_s3_is_back(cloud: str, here: TrainingRun, settings: Settings) -> None:
    up, settings.ARTEFACTS = settings.AWS_ENDPOINT, f"s3://{BUCKET}/models"
    look_again(here)
    until(lambda: local().look(train.job_of(here)), lambda state: state.status is not JobStatus.RUNNING)
    server, settings.AWS_ENDPOINT = started()
    server.stop()
    look_again(here)
    assert (here.state, here.step) == (RunState.RUNNING, RunStep.TRAIN)
    assert "cannot be stored in the bucket" in here.lines.last().text  # type: ignore[union-attr]
    settings.AWS_ENDPOINT = up
    look_again(here)
    assert here.step == RunStep.EVALUATE
    assert artefacts.store().get(here.found(RunStep.TRAIN)["artefact_sha256"])
