"""The embedded servers: one pair for all who ask, gone with the last of them, and the roles that the application needs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.demo.processes import free_port_from
from config.embedded import APPLICATION_ROLE, OWNER_ROLE, running
from config.environment import ROOT

HOLD = """
import pathlib, sys
from config.embedded import running
with running(pathlib.Path(sys.argv[1]), durable=False) as servers:
    print(servers.redis_url, flush=True)
    sys.stdin.read()
"""
DEADLINE_SECONDS = 30

pytestmark = pytest.mark.processes


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("servers")
    for parent in (place, place.parent, place.parent.parent):
        parent.chmod(0o755)
    yield place
    with running(place, durable=False):
        pass  # whoever was killed left them up; the last to leave stops them


def hold(folder: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().startswith("redis://")
    return holder


def release(holder: subprocess.Popen[str]) -> None:
    holder.communicate(timeout=DEADLINE_SECONDS)


def test_two_users_share_the_servers_and_the_last_one_stops_them(folder: Path) -> None:
    first = hold(folder)
    with running(folder, durable=False) as servers:
        release(first)
        assert redis.Redis.from_url(servers.redis_url).ping()
        with psycopg.connect(host=str(servers.postgres_socket_folder), user="postgres", dbname="postgres") as link:
            assert link.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(servers.postgres_socket_folder), user="postgres", dbname="postgres")
    with pytest.raises(redis.exceptions.ConnectionError):
        redis.Redis.from_url(servers.redis_url).ping()


def test_a_killed_user_leaves_no_lock_behind(folder: Path) -> None:
    killed = hold(folder)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(timeout=DEADLINE_SECONDS)
    started = time.monotonic()
    with running(folder, durable=False) as servers:
        assert redis.Redis.from_url(servers.redis_url).ping()
    assert time.monotonic() - started < DEADLINE_SECONDS
    with pytest.raises(redis.exceptions.ConnectionError):
        redis.Redis.from_url(servers.redis_url).ping()


def test_rows_survive_a_stop_and_a_start(folder: Path) -> None:
    with running(folder) as servers:
        servers.ensure_database("kept")
        with psycopg.connect(servers.database_url(role=OWNER_ROLE, database="kept")) as link:
            link.execute("CREATE TABLE fact AS SELECT 7 AS n")
    with running(folder) as servers, psycopg.connect(servers.database_url(role=OWNER_ROLE, database="kept")) as link:
        assert link.execute("SELECT n FROM fact").fetchone() == (7,)


def test_neither_role_is_a_superuser_and_redis_never_evicts(folder: Path) -> None:
    with running(folder, durable=False) as servers:
        with psycopg.connect(host=str(servers.postgres_socket_folder), user="postgres", dbname="postgres") as link:
            rows = link.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
        assert not {OWNER_ROLE, APPLICATION_ROLE} & {str(name) for (name,) in rows}
        assert redis.Redis.from_url(servers.redis_url).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(port=redis.Redis.from_url(servers.redis_url).connection_pool.connection_kwargs["port"]).ping()


def test_postgresql_listens_on_no_network_address(folder: Path) -> None:
    with running(folder, durable=False) as servers:
        with psycopg.connect(host=str(servers.postgres_socket_folder), user="postgres", dbname="postgres") as link:
            assert link.execute("SHOW listen_addresses").fetchone() == ("",)
        assert (servers.postgres_socket_folder / ".s.PGSQL.5432").is_socket()
        assert servers.postgres_socket_folder.stat().st_mode & 0o077 == 0


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port_from(port) > port
