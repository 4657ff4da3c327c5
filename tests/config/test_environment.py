"""Settings refuse what would be unsafe or unclear, before a patient is served."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from config.environment import ROOT
from predictions import signing

USABLE = {
    "WARDLIGHT_MODE": "production",
    "WARDLIGHT_SECRET_KEY": "k" * 50,
    "WARDLIGHT_ALLOWED_HOSTS": "ward.example.org",
    "DATABASE_URL": "postgresql://app@db/wardlight",
    "REDIS_URL": "rediss://cache:6379/0",
}


def start_with(**changes: str | None) -> subprocess.CompletedProcess[str]:
    values = {name: value for name, value in {**USABLE, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings as s; print('started', s.DEBUG, s.SESSION_COOKIE_SECURE)"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **values}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_usable_environment_starts_without_debug_and_with_secure_cookies() -> None:
    done = start_with()
    assert done.stdout.strip() == "started False True", done.stderr


@pytest.mark.parametrize("name", sorted(USABLE.keys() - {"WARDLIGHT_MODE"}))
def test_nothing_that_the_deployment_must_decide_has_a_default(name: str) -> None:
    done = start_with(**{name: None})
    assert done.returncode != 0
    assert name in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WARDLIGHT_SECRET_KEY", "short"),
        ("WARDLIGHT_MODE", "prod"),
        ("WARDLIGHT_ROLE", "everything"),
        ("DATABASE_URL", "sqlite:///x.db"),
        ("REDIS_URL", "http://cache"),
        ("WARDLIGHT_ALLOWED_HOSTS", ""),
        ("WARDLIGHT_ALLOWED_HOSTS", "*"),
        ("WARDLIGHT_INSECURE_HTTP", "true"),
        ("WARDLIGHT_INSECURE_HTTP", "perhaps"),
        ("WARDLIGHT_DEMO_LOGINS", "true"),
        ("WARDLIGHT_SESSION_IDLE_MINUTES", "600"),
        ("WARDLIGHT_LOG_LEVEL", "chatty"),
        ("WARDLIGHT_PROXY_HOPS", "-1"),
        ("MLFLOW_TRACKING_URI", "file:///srv/mlruns"),
        ("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db"),
        ("MLFLOW_TRACKING_URI", "mlruns"),
        ("WARDLIGHT_VERIFY_KEYS", "bm8ga2V5"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(name: str, value: str) -> None:
    done = start_with(**{name: value})
    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("role", ["api", "worker"])
def test_whoever_loads_models_must_know_whose_signatures_to_trust(role: str) -> None:
    done = start_with(WARDLIGHT_ROLE=role)
    assert done.returncode != 0
    assert f"WARDLIGHT_VERIFY_KEYS is missing: the role {role} loads models" in done.stderr
    trusted = signing.public_half(signing.new_private_key())
    assert start_with(WARDLIGHT_ROLE=role, WARDLIGHT_VERIFY_KEYS=trusted).returncode == 0


def test_a_signing_key_that_is_none_is_refused_and_not_repeated() -> None:
    done = start_with(WARDLIGHT_SIGNING_KEY="aHVudGVyMg==")
    assert "WARDLIGHT_SIGNING_KEY: Value error, is not 32 bytes long" in done.stderr
    assert "aHVudGVyMg" not in done.stderr + done.stdout
    assert start_with(WARDLIGHT_SIGNING_KEY="").returncode == 0


def test_a_refused_secret_is_not_repeated_in_the_message() -> None:
    done = start_with(WARDLIGHT_SECRET_KEY="hunter2-and-too-short")
    assert "hunter2" not in done.stderr + done.stdout


def test_djangos_own_deployment_check_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **USABLE, "WARDLIGHT_SECRET_KEY": _a_varied_key()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _a_varied_key() -> str:
    return "".join(chr(33 + (7 * n) % 90) for n in range(64))
