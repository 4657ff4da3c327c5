"""What a run depends on goes away in the middle of it: Redis, MLflow, S3, its processes, its connections, its schedule's peace.

Real workers and schedulers on a copy of one populated database with a champion. What waits in a hospital is moved to now.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import boto3
import psutil
import pytest
import redis
from celery import Celery
from kombu.exceptions import OperationalError
from moto.server import ThreadedMotoServer
from psycopg import sql
from pytest_django import Settings

from config.embedded import APPLICATION_ROLE, Servers
from tests.aws import BUCKET, CREDENTIALS, REGION, started
from tests.between import wire_to
from tests.databases import FreshDatabase, drop_database, make_database
from tests.surroundings import TEMPLATE_DATABASE, TEST_DATABASE
from tests.workers import Workplace, until

pytestmark = pytest.mark.processes

NOWHERE = "127.0.0.1:1"
WHY = "The evidence was read and holds."
POPULATE = """
from django.core.management import call_command
from clinical.models import User
from tests import small_model
call_command("make_cohort", encounters=1500, seed=5)
call_command("make_demo_accounts")
small_model.promoted(User.objects.get(username="approver2"))
"""
CANCEL = """
from clinical.models import User
from mlops import scheduling
from mlops.models import TrainingRun
scheduling.cancel(TrainingRun.objects.in_flight().get(), by=User.objects.get(username="administrator"))
"""
EVERY_SECOND = b"""
WITH often AS (INSERT INTO django_celery_beat_intervalschedule (every, period) VALUES (1, 'seconds') RETURNING id)
UPDATE django_celery_beat_periodictask SET interval_id = often.id, crontab_id = NULL
  FROM often WHERE name = 'retrain-every-week' AND crontab_id IS NOT NULL
"""
SCHEDULE_CHANGED = b"""
INSERT INTO django_celery_beat_periodictasks (ident, last_update) VALUES (1, now())
ON CONFLICT (ident) DO UPDATE SET last_update = now()
"""
END_CONNECTIONS = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"


@dataclass(frozen=True)
class Faulty(Workplace):
    """A workplace, and what the tests ask of it."""

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self.database.link(role="postgres") as link:
            return link.execute(query.encode(), values or None).fetchall()

    def change(self, statement: bytes, *values: object) -> int:
        with self.database.link(role="postgres") as link:
            return link.execute(statement, values or None).rowcount

    def with_changes(self, **changes: str) -> Self:
        return replace(self, changes={**self.changes, **changes})

    def run(self, *columns: str) -> tuple[object, ...]:
        """Of the newest run; the champion has one of its own."""
        query = sql.SQL("SELECT {} FROM mlops_trainingrun ORDER BY id DESC LIMIT 1")
        with self.database.link(role="postgres") as link:
            (row,) = link.execute(query.format(sql.SQL(", ").join(map(sql.Identifier, columns)))).fetchall()
        return row

    def lines(self) -> str:
        return "\n".join(str(text) for (text,) in self.rows("SELECT text FROM mlops_runline ORDER BY id"))

    def versions(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT number, status FROM predictions_modelversion ORDER BY number")

    def ask(self, *, trees: int = 20) -> subprocess.CompletedProcess[str]:
        """A run of a model that learns in a blink, or does not."""
        quick = self.folder / "asked.json"
        quick.write_text(json.dumps({"trees": trees, "learning_rate": 0.2}))
        asked = self.manage("retrain", "--by", "administrator", "--parameters", str(quick))
        assert asked.returncode == 0, asked.stderr
        return asked

    def hurry(self) -> bool:
        """What is to be looked at in some seconds is looked at now, as the schedule does every ten."""
        self.change(b"UPDATE mlops_trainingrun SET due_at = now() WHERE due_at > now()")
        self.send("mlops.tasks.continue_runs")
        return True

    def ended(self) -> bool:
        return until(lambda: self.hurry() and self.run("state") not in {("waiting",), ("running",)})

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def training(self) -> psutil.Process | None:
        """The process that learns, once it has said who it is."""
        with suppress(OSError, ValueError, StopIteration, psutil.NoSuchProcess):
            return psutil.Process(int(next((self.folder / "training" / "jobs").glob("*/output/pid")).read_text()))
        return None


@pytest.fixture(scope="module")
def world(django_db_setup: None, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    name, folder = f"{TEST_DATABASE}_faults", tmp_path_factory.mktemp("faults")
    make_database(servers, name, template=TEMPLATE_DATABASE)
    changes = {"WARDLIGHT_GATE_PROFILE": "demonstration", "WARDLIGHT_ARTEFACTS": str(folder / "artefacts")}
    place = Faulty(FreshDatabase(name, servers), folder, 9, changes)
    done = place.manage("shell", "-c", POPULATE)
    assert done.returncode == 0, done.stderr
    yield place
    drop_database(servers, name)


@pytest.fixture
def place(world: Faulty, tmp_path: Path) -> Iterator[Faulty]:
    servers, name = world.database.servers, f"{world.database.name}_now"
    make_database(servers, name, template=world.database.name)
    place = replace(world, database=FreshDatabase(name, servers), folder=tmp_path)
    place.forget_queue()
    yield place
    training = place.training()
    if training is not None:
        training.kill()
    drop_database(servers, name)


def test_without_redis_and_mlflow_runs_wait_and_go_on_and_so_do_decisions_and_scores(place: Faulty) -> None:
    cut_off = place.with_changes(MLFLOW_TRACKING_URI=f"http://{NOWHERE}", REDIS_URL=f"redis://{NOWHERE}/0")
    asked = cut_off.ask()
    assert "was started" in asked.stdout
    assert "broker not reached" in asked.stdout + asked.stderr
    assert place.run("state") == ("waiting",)
    address = urlsplit(place.redis_url)
    with wire_to(str(address.hostname), int(address.port or 0)) as wire:
        by_wire = place.redis_url.replace(f":{address.port}/", f":{wire.port}/")
        with cut_off.with_changes(REDIS_URL=by_wire).worker():
            assert until(lambda: place.hurry() and place.training()), place.tail()
            wire.cut()
            assert until(lambda: b"onnection to broker lost" in place.log.read_bytes()), place.tail()
            wire.mend()
            assert place.ended(), place.tail()
            assert until(lambda: any(error for *_, error in told(place))), place.tail()
    assert place.run("state", "failure") == ("awaiting", "")
    approved = cut_off.manage("approve_model", "--by", "approver", "--reason", WHY)
    assert "v2 is the champion" in approved.stdout, approved.stderr
    assert place.versions() == [(1, "retired"), (2, "champion")]
    scored = cut_off.manage("score_all")
    assert "encounters scored" in scored.stdout, scored.stderr
    assert place.rows("SELECT count(*) > 500 FROM predictions_prediction WHERE model_version_id = 2") == [(True,)]
    assert {kind for kind, *_ in told(place)} == {"registry.run", "registry.alias"}
    assert {(done, dead) for _, done, dead, _ in told(place)} == {(None, None)}
    assert any(str(error).startswith("RegisterUnavailableError: MLflow ") for *_, error in told(place))


def told(place: Faulty) -> list[tuple[object, ...]]:
    """What MLflow is to be told of the second version, and whether it has been."""
    return place.rows("SELECT kind, done_at, dead_at, last_error FROM clinical_message WHERE kind LIKE 'registry.%'")


def test_a_hint_to_a_dead_redis_keeps_nobody_waiting(settings: Settings) -> None:
    with Celery(broker=f"redis://{NOWHERE}/0") as sender:
        sender.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        began = time.monotonic()
        with pytest.raises(OperationalError):
            sender.send_task("mlops.tasks.continue_runs", retry=False)
    assert time.monotonic() - began < 2


@pytest.fixture
def s3(place: Faulty) -> Iterator[tuple[Faulty, ThreadedMotoServer]]:
    """The workplace on a bucket that holds its champion, and the server, to be stopped."""
    server, address = started()
    account = {name.lower(): value for name, value in CREDENTIALS.items()}
    bucket = boto3.client("s3", endpoint_url=address, region_name=REGION, **account)
    bucket.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for file in Path(place.changes["WARDLIGHT_ARTEFACTS"]).glob("*.model"):
        bucket.put_object(Bucket=BUCKET, Key=f"models/{file.name}", Body=file.read_bytes())
    on_s3 = {
        "WARDLIGHT_AWS_ENDPOINT": address, "WARDLIGHT_AWS_REGION": REGION, "WARDLIGHT_ARTEFACTS": f"s3://{BUCKET}/models",
        "WARDLIGHT_TRAINING_STORE": f"s3://{BUCKET}/training", **CREDENTIALS,
    }  # fmt: skip
    yield place.with_changes(**on_s3), server
    with suppress(RuntimeError):
        server.stop()


def test_without_s3_a_run_is_tried_again_and_ends_with_the_reason_while_who_holds_the_champion_scores(
    s3: tuple[Faulty, ThreadedMotoServer],
) -> None:
    place, server = s3
    on_wards = "SELECT id FROM clinical_encounter WHERE discharged_at IS NULL ORDER BY id LIMIT 2"
    (first,), (second,) = place.rows(on_wards)
    with place.worker():
        assert scored(place, first), place.tail()
        server.stop()
        place.ask()
        assert place.ended(), place.tail()
        assert scored(place, second), place.tail()
    state, step, failure = place.run("state", "step", "failure")
    assert (state, step) == ("failed", "assemble")
    assert failure == "Assemble the data: Looking in S3: not reached (EndpointConnectionError)."
    assert place.lines().count("Trying again.") == 3
    assert place.versions() == [(1, "champion")]


def scored(place: Faulty, encounter: object) -> bool:
    place.send("predictions.tasks.score_encounter", encounter)
    return until(lambda: place.rows("SELECT 1 FROM predictions_prediction WHERE encounter_id = %s", encounter))


def test_two_schedulers_that_fire_every_second_make_one_weekly_run_and_none_beside_another(place: Faulty) -> None:
    with place.beat() as one, place.beat() as other:
        place.ask()
        place.change(b"UPDATE mlops_trainingrun SET due_at = now() + interval '1 hour'")
        assert until(lambda: every_second(place) and {one.pid, other.pid} <= senders(place)), place.tail()
        with place.worker(concurrency=2):
            assert until(lambda: place.log.read_bytes().count(b"weekly retraining waits") >= 4), place.tail()
            assert weekly(place) == []
            end_runs(place)
            assert until(lambda: len(weekly(place)) == 1), place.tail()
            end_runs(place)
            seen = place.log.read_bytes().count(b"retrain_weekly")
            assert until(lambda: place.log.read_bytes().count(b"retrain_weekly") >= seen + 8), place.tail()
            assert len(weekly(place)) == 1


def every_second(place: Faulty) -> bool:
    """Each scheduler writes the plan of the code over the table when it starts; so this is written until both have."""
    return not place.change(EVERY_SECOND) or bool(place.change(SCHEDULE_CHANGED))


def senders(place: Faulty) -> set[int]:
    """Who has asked for the week's run."""
    waiting = [json.loads(one)["headers"] for one in redis.Redis.from_url(place.redis_url).lrange("default", 0, -1)]
    return {int(one["origin"].removeprefix("gen").split("@")[0]) for one in waiting if one["task"].endswith("retrain_weekly")}


def end_runs(place: Faulty) -> None:
    place.change(b"UPDATE mlops_trainingrun SET state = 'cancelled', held_by = '', ended_at = now() WHERE ended_at IS NULL")


def weekly(place: Faulty) -> list[tuple[object, ...]]:
    return place.rows("SELECT trigger_key FROM mlops_trainingrun WHERE trigger = 'schedule'")


def test_a_run_that_is_cancelled_while_it_learns_ends_and_leaves_no_process_and_no_version(place: Faulty) -> None:
    with place.worker():
        place.ask(trees=50_000)
        assert until(place.training), place.tail()
        training = place.training()
        assert training is not None
        cancelled = place.manage("shell", "-c", CANCEL)
        assert cancelled.returncode == 0, cancelled.stderr
        assert until(lambda: place.run("state") == ("cancelled",), seconds=10), place.tail()
        assert until(lambda: not training.is_running(), seconds=5)
    assert place.run("step", "failure") == ("train", "Cancelled by Frank Osei.")
    assert place.versions() == [(1, "champion")]


def test_processes_killed_and_connections_dropped_in_the_middle_of_steps_still_come_to_one_candidate(place: Faulty) -> None:
    with place.worker() as worker:
        place.ask()
        assert until(place.training), place.tail()
        training = place.training()
        assert training is not None
        training.suspend()  # it learns for as long as the test needs
        (child,) = psutil.Process(worker.pid).children()
        child.kill()
        assert until(lambda: place.hurry() and [one for one in psutil.Process(worker.pid).children() if one.pid != child.pid])
        assert training.is_running()
        training.kill()
        assert until(lambda: place.hurry() and "it was killed. Trying again." in place.lines()), place.tail()
        assert until(lambda: place.hurry() and place.run("step") == ("evaluate",)), place.tail()
        assert until(lambda: dropped(place) and place.hurry() and place.run("attempts") >= (2,)), place.tail()
        assert place.ended(), place.tail()
    assert place.run("state", "failure") == ("awaiting", "")
    assert place.versions() == [(1, "champion"), (2, "candidate")]
    assert place.rows("SELECT count(*) FROM mlops_evidence WHERE sealed_at IS NOT NULL AND version_id = 2") == [(1,)]


def dropped(place: Faulty) -> bool:
    """Whatever the worker has open to PostgreSQL is ended there."""
    place.change(END_CONNECTIONS, APPLICATION_ROLE)
    return True
