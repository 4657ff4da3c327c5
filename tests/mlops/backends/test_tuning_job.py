"""The search on SageMaker by its command, end to end against moto's server; the test is the machines that run the trials."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from moto.sagemaker import models as moto_models
from moto.sagemaker.models import sagemaker_backends
from pytest_django import Settings

from clinical.cohort import files
from clinical.cohort.generator import generate
from mlops import aws
from mlops.models import TrainingRun
from mlops.tuning.spaces import SPACES
from tests.aws import BUCKET, REGION, started
from tests.mlops.backends.container import filled, started_in

pytestmark = pytest.mark.processes
POINTS = ({"strength": "0.001", "fewest_rows": "30"}, {"strength": "0.05", "fewest_rows": "200"})
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cohort") / "rows.csv"
    files.write(files.as_bytes(generate(encounters=2500, seed=3)), place)
    return place


@pytest.fixture
def _service(cloud: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto calls a search completed as soon as it is begun; here it runs until the test ends it."""
    settings.TRAINING_STORE = f"s3://{BUCKET}/training"
    made = moto_models.HyperParameterTuningJob.__init__

    def begun(row: Any, *args: Any, **kwargs: Any) -> None:
        made(row, *args, **kwargs)
        row.hyper_parameter_tuning_job_status, row.best_training_job = "InProgress", {}
        row.training_job_status_counters = {"Completed": 0, "InProgress": 2, "NonRetryableError": 0}

    monkeypatch.setattr(moto_models.HyperParameterTuningJob, "__init__", begun)


@pytest.fixture
def search(_service: None, cohort: Path) -> Callable[..., tuple[str, str]]:
    """The command; returns what it wrote to its two outputs."""

    def called(**different: Any) -> tuple[str, str]:
        said, told = StringIO(), StringIO()
        options = {"on": "sagemaker", "engine": "linear", "trials": 2, "dataset": cohort, "every": 0.05, **different}
        call_command("tune_model", stdout=said, stderr=told, **options)
        return said.getvalue(), told.getvalue()

    return called


@pytest.fixture
def machines() -> Iterator[Callable[..., None]]:
    """`machines(work)`: does `work` with the search's row in a thread, as soon as there is one."""
    threads: list[Thread] = []

    def at_work(work: Callable[[Any], None]) -> None:
        threads.append(Thread(target=lambda: work(the_search()), daemon=True))
        threads[-1].start()

    yield at_work
    for thread in threads:
        thread.join(PATIENCE_SECONDS)


def searches() -> list[Any]:
    return list(sagemaker_backends["123456789012"][REGION].hyper_parameter_tuning_jobs.values())


def the_search() -> Any:
    until = time.monotonic() + PATIENCE_SECONDS
    while not searches():
        assert time.monotonic() < until
        time.sleep(0.05)
    return searches()[0]


def tried_out(row: Any, point: dict[str, str], root: Path) -> float:
    """One trial's machine; the objective is read from its log as the search's definition says."""
    definition = row.training_job_definition
    objective = row.hyper_parameter_tuning_job_config["HyperParameterTuningJobObjective"]["MetricName"]
    parameters = {**definition["StaticHyperParameters"], **point, "_tuning_objective_metric": objective}
    filled(root, channels=definition["InputDataConfig"], parameters=parameters)
    done = started_in(root)
    assert done.returncode == 0, done.stderr
    found = re.search(definition["AlgorithmSpecification"]["MetricDefinitions"][0]["Regex"], done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def trials(folder: Path) -> Callable[[Any], None]:
    """Runs both points, tells of each, and ends the search with the better one."""

    def work(row: Any) -> None:
        try:
            for number, point in enumerate(POINTS, start=1):
                auc = tried_out(row, point, folder / str(number))
                row.training_job_status_counters = {"Completed": number, "InProgress": 2 - number}
                best = row.best_training_job.get("FinalHyperParameterTuningJobObjectiveMetric", {"Value": 0.0})
                if auc > best["Value"]:
                    row.best_training_job = best_trial(point, auc)
            row.hyper_parameter_tuning_job_status = "Completed"
        except Exception as error:
            row.failure_reason, row.hyper_parameter_tuning_job_status = str(error), "Failed"
            raise

    return work


def best_trial(point: dict[str, str], auc: float) -> dict[str, Any]:
    metric = {"MetricName": "validation:auc", "Value": auc}
    return {
        "TrainingJobName": "t", "TrainingJobArn": "a", "CreationTime": 1.0, "TrainingJobStatus": "Completed",
        "TunedHyperParameters": point, "FinalHyperParameterTuningJobObjectiveMetric": metric,
    }  # fmt: skip


def ending(status: str, reason: str = "") -> Callable[[Any], None]:
    def work(row: Any) -> None:
        row.failure_reason, row.hyper_parameter_tuning_job_status = reason, status

    return work


@pytest.mark.django_db
def test_a_search_goes_all_the_way_and_a_run_takes_its_parameters(
    search: Callable[..., tuple[str, str]], machines: Callable[..., None], tmp_path: Path
) -> None:
    machines(trials(tmp_path))
    said, told = search()
    best = json.loads(said)
    assert best in [{name: json.loads(text) for name, text in point.items()} for point in POINTS]
    assert "2 trials, 2 at the same time" in told
    assert "of 2 trials have ended" in told
    assert "mean AUC of 0." in told
    assert search()[0] == said  # called again, it is found and not begun anew
    assert len(searches()) == 1
    (tmp_path / "best.json").write_text(said)
    call_command("retrain", engine="linear", parameters=tmp_path / "best.json", stdout=StringIO())
    assert TrainingRun.objects.get().specification["parameters"] == best


def test_a_search_is_asked_for_with_the_same_space_on_spare_capacity_and_sends_no_held_out_rows(
    search: Callable[..., tuple[str, str]], machines: Callable[..., None]
) -> None:
    machines(ending("Failed", "No trial ended well."))
    with pytest.raises(CommandError):
        search(trials=40, jobs=5, engine="boosted", name="wardlight-40")
    row = the_search()
    assert row.hyper_parameter_tuning_job_name == "wardlight-40"
    asked = row.hyper_parameter_tuning_job_config
    assert asked["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 40, "MaxParallelTrainingJobs": 5}
    assert {place["Name"] for kind in asked["ParameterRanges"].values() for place in kind} == set(SPACES["boosted"])
    assert row.training_job_definition["EnableManagedSpotTraining"]
    assert "ContainerEntrypoint" not in row.training_job_definition["AlgorithmSpecification"]
    kept = aws.Bucket(f"s3://{BUCKET}/training/searches").listed()
    assert {path.split("/")[1] for path in kept} == {"training"}


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("Failed", "AlgorithmError: too little memory", "AlgorithmError: too little memory 0 of 2 trials have ended"),
        ("Stopped", "", "stopped before it was done"),
        ("Completed", "", "names no best point"),
    ],
)
def test_a_search_that_found_nothing_says_why(
    search: Callable[..., tuple[str, str]], machines: Callable[..., None], status: str, reason: str, words: str
) -> None:
    machines(ending(status, reason))
    with pytest.raises(CommandError, match=words) as ended:
        search()
    assert ended.value.returncode == 1


def test_a_name_that_belongs_to_another_search_is_refused(search: Callable[..., tuple[str, str]]) -> None:
    aws.client("sagemaker").create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="somebody",
        HyperParameterTuningJobConfig={"Strategy": "Random", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
    )
    with pytest.raises(CommandError, match="begun with another engine: None, not linear"):
        search(name="somebody")


def test_a_service_that_is_not_reached_now_is_asked_again(
    search: Callable[..., tuple[str, str]], machines: Callable[..., None], settings: Settings
) -> None:
    up = settings.AWS_ENDPOINT

    def away_for_a_moment(row: Any) -> None:
        server, settings.AWS_ENDPOINT = started()
        server.stop()
        time.sleep(0.5)
        row.best_training_job = best_trial(POINTS[0], 0.7)
        row.hyper_parameter_tuning_job_status, settings.AWS_ENDPOINT = "Completed", up

    machines(away_for_a_moment)
    said, told = search()
    assert json.loads(said) == {"strength": 0.001, "fewest_rows": 30}
    assert "not reached" in told


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"study": Path("study")}, "--study does not go with --on sagemaker"),
        ({"on": "local", "name": "mine", "study": Path("study")}, "--name does not go with --on local"),
        ({"on": "local"}, "--study names the file"),
        ({"jobs": 0}, "1 or more"),
        ({"name": "no_underscores"}, "letters, digits and hyphens"),
        ({"name": "n" * 33}, "at most 32"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    search: Callable[..., tuple[str, str]], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        search(**options)
    assert not searches()


def test_a_search_needs_a_role_and_an_image(search: Callable[..., tuple[str, str]], settings: Settings) -> None:
    settings.SAGEMAKER_IMAGE = None
    with pytest.raises(CommandError, match="WARDLIGHT_SAGEMAKER_IMAGE"):
        search()
