"""Processes of the api role as a hospital runs them, and what happens to the champion, its file, Redis and PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config.embedded import Servers
from config.environment import ROOT
from tests import serving_world
from tests.between import Wire, wire_to
from tests.databases import FreshDatabase, drop_database, make_database
from tests.served import Served, environment, serving
from tests.serving_world import ServingWorld
from tests.surroundings import TEMPLATE_DATABASE, TEST_DATABASE
from tests.workers import until

pytestmark = pytest.mark.processes

PORT = 8_500
NOTICED_SECONDS = 10.0
SWAPS = 1_000
ANOTHER_SCHEMA = "5" * 64


@pytest.fixture(scope="module")
def world(django_db_setup: None, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingWorld]:
    name = f"{TEST_DATABASE}_serving"
    make_database(servers, name, template=TEMPLATE_DATABASE)
    yield serving_world.make(FreshDatabase(name, servers), tmp_path_factory.mktemp("serving"))
    drop_database(servers, name)


@pytest.fixture(scope="module")
def redis_wire(servers: Servers) -> Iterator[Wire]:
    place = urllib.parse.urlparse(servers.redis_url)
    with wire_to(str(place.hostname), int(place.port or 0)) as wire:
        yield wire


@pytest.fixture(scope="module")
def served(world: ServingWorld, redis_wire: Wire, servers: Servers) -> Iterator[Served]:
    place = urllib.parse.urlparse(servers.redis_url)
    through_the_wire = place._replace(netloc=place.netloc.replace(f":{place.port}", f":{redis_wire.port}")).geturl()
    with serving(
        world.database, world.folder, first_port=PORT, WARDLIGHT_ROLE="api", WARDLIGHT_CHAMPION_POLL_SECONDS="1",
        REDIS_URL=through_the_wire, MLFLOW_TRACKING_URI="http://127.0.0.1:1",
    ) as running:  # fmt: skip
        assert until(lambda: len(world.processes()) == 2)
        yield running


@pytest.fixture(autouse=True)
def _first_in_office(world: ServingWorld, served: Served) -> Iterator[None]:
    yield
    _back_to_the_first(world)


def _back_to_the_first(world: ServingWorld) -> None:
    world.into_office(world.first)
    assert until(lambda: everybody(world) == {(world.first.pk, None)}), world.processes()


def everybody(world: ServingWorld) -> set[tuple[object, object]]:
    """What the processes hold and refuse; one pair where they agree."""
    return {(holds, refused) for holds, refused, _reason in world.processes()}


def ask(served: Served, path: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{served.address}/health/{path}", timeout=10) as answer:  # noqa: S310  our own address
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_every_process_serves_the_champion_and_says_which(served: Served, world: ServingWorld) -> None:
    status, told = ask(served, "model")
    assert status == 200
    assert told["pid"] in served.worker_pids()
    first = world.first
    assert (told["name"], told["number"], told["sha256"]) == (first.name, first.number, first.sha256)
    assert (told["schema"], 0 < told["golden"] < 1) == (first.schema, True)
    assert ask(served, "ready") == (
        200,
        {"status": "ready", "reasons": [], "warnings": [], "model": {"number": first.number, "sha256": first.sha256}},
    )


def test_a_row_that_changes_hands_is_noticed_by_every_process_and_so_is_the_way_back(
    served: Served, world: ServingWorld
) -> None:
    before = ask(served, "model")[1]
    for version in (world.second, world.first, world.second):
        world.into_office(version)
        assert until(lambda version=version: everybody(world) == {(version.pk, None)}, seconds=NOTICED_SECONDS)
        assert ask(served, "model")[1]["sha256"] == version.sha256
    assert ask(served, "model")[1]["golden"] != before["golden"]


def test_a_thousand_swaps_under_load_fail_nobody_and_mix_nothing(world: ServingWorld) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.swapping", str(SWAPS)], cwd=ROOT, env=environment(world.database, world.folder),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["swaps"], told["faults"], told["mixed"]) == (SWAPS, [], 0)
    assert min(told["scores"], told["looks"], *told["stored"].values()) >= 10
    assert set(told["stored"]) == {str(world.first.pk), str(world.second.pk)}


def delete(world: ServingWorld) -> None:
    world.file_of(world.spoiled).unlink()


def corrupt(world: ServingWorld) -> None:
    file = world.file_of(world.spoiled)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def take_the_signature_away(world: ServingWorld) -> None:
    world.rewrite(world.spoiled, signature="")


def sign_with_another_key(world: ServingWorld) -> None:
    signature, key = serving_world.signed_by_a_stranger(world.spoiled)
    world.rewrite(world.spoiled, signature=signature, signed_with=key)


def forge(world: ServingWorld) -> None:
    """Under the name of our key, over bands that call nobody high."""
    world.rewrite(world.spoiled, bands=json.dumps(world.spoiled.bands[:1]))


def give_another_schema(world: ServingWorld) -> None:
    with world.database.link() as link:
        link.execute(
            "INSERT INTO predictions_featureschema (hash, version, definition, created_at) VALUES (%s, 'other', '{}', now())"
            " ON CONFLICT DO NOTHING",
            [ANOTHER_SCHEMA],
        )
    signature = serving_world.signed_with_schema(world.spoiled, ANOTHER_SCHEMA)
    world.rewrite(world.spoiled, feature_schema_id=ANOTHER_SCHEMA, signature=signature)


@pytest.fixture
def unspoiled(world: ServingWorld) -> Iterator[None]:
    """The third version as it was recorded, once the test is over and nobody looks at it any more.

    A process that found it mended would take it, keep it in memory, and not miss its file the next time.
    """
    version = world.spoiled
    file = world.file_of(version)
    data = file.read_bytes()
    yield
    _back_to_the_first(world)
    file.write_bytes(data)
    world.rewrite(
        version, signature=version.signature, signed_with=version.signed_with, feature_schema_id=version.schema,
        bands=json.dumps(version.bands),
    )  # fmt: skip


@pytest.mark.usefixtures("unspoiled")
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (delete, "cannot be read from the artefact folder"),
        (corrupt, "its SHA-256 differs"),
        (take_the_signature_away, "is not signed"),
        (sign_with_another_key, "which is not trusted here"),
        (forge, "does not fit what is recorded"),
        (give_another_schema, "trained on other features"),
    ],
)
def test_a_champion_that_is_not_what_it_should_be_is_refused_and_the_old_one_goes_on(
    spoil: Callable[[ServingWorld], None], reason: str, served: Served, world: ServingWorld
) -> None:
    alarms = (world.folder / "web.log").read_text().count("champion refused")
    spoil(world)
    world.into_office(world.spoiled)
    refused = {(world.first.pk, world.spoiled.pk)}
    assert until(lambda: everybody(world) == refused, seconds=NOTICED_SECONDS), world.processes()
    assert all(reason in str(told) for _holds, _refused, told in world.processes())
    assert ask(served, "model")[1]["sha256"] == world.first.sha256
    status, told = ask(served, "ready")
    assert (status, told["status"], told["model"]["number"]) == (200, "ready", world.first.number)
    assert [reason in warning for warning in told["warnings"]] == [True]
    new_alarms = (world.folder / "web.log").read_text().splitlines()
    lines = [json.loads(line) for line in new_alarms if "champion refused" in line][alarms:]
    assert len(lines) >= 2
    assert {line["level"] for line in lines} == {"critical"}


@pytest.mark.parametrize("harm", [Wire.cut, Wire.fall_silent])
def test_without_redis_scores_go_on_and_a_promotion_is_noticed_by_asking(
    harm: Callable[[Wire], None], served: Served, world: ServingWorld, redis_wire: Wire
) -> None:
    harm(redis_wire)
    try:
        world.into_office(world.second)
        assert until(lambda: everybody(world) == {(world.second.pk, None)}, seconds=NOTICED_SECONDS), world.processes()
        status, told = ask(served, "model")
        assert (status, told["sha256"]) == (200, world.second.sha256)
        assert ask(served, "ready")[0] == 200
    finally:
        redis_wire.cut()
        redis_wire.mend()


def test_when_postgresql_drops_every_connection_the_champion_goes_on_and_the_watch_comes_back(
    served: Served, world: ServingWorld
) -> None:
    with world.database.link(role="postgres") as link:
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [world.database.name],
        )
    world.into_office(world.second)
    assert until(lambda: everybody(world) == {(world.second.pk, None)}, seconds=NOTICED_SECONDS), world.processes()
    assert until(lambda: ask(served, "ready")[0] == 200, seconds=NOTICED_SECONDS)


def test_a_process_that_leaves_takes_its_row_with_it(served: Served, world: ServingWorld) -> None:
    with contextlib.ExitStack() as block:
        block.enter_context(
            serving(world.database, world.folder, first_port=PORT + 10, WARDLIGHT_ROLE="api", WARDLIGHT_WEB_WORKERS="1")
        )
        assert until(lambda: len(world.processes()) == 3)
    assert len(world.processes()) == 2
