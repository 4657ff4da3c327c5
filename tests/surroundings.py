"""Loaded by pytest before Django reads its settings: real servers up, the environment set; conftest does the rest."""

from __future__ import annotations

import atexit
import os
import tempfile

from config.embedded import Servers, running
from config.environment import VAR
from predictions.signing import new_private_key, public_half

TEST_DATABASE = f"wardlight_test_{os.getpid()}"
TEMPLATE_DATABASE = f"{TEST_DATABASE}_template"
SIGNING_KEY = new_private_key()

_embedded = running(VAR / "tests", durable=False)
SERVERS: Servers = _embedded.__enter__()
atexit.register(_embedded.__exit__, None, None, None)
(VAR / "static").mkdir(parents=True, exist_ok=True)
os.environ.update(
    {
        "WARDLIGHT_MODE": "test",
        "WARDLIGHT_ROLE": "web",
        "WARDLIGHT_SECRET_KEY": "a secret of the tests, long enough to be accepted, and nothing else",
        "WARDLIGHT_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "WARDLIGHT_INSECURE_HTTP": "true",
        "WARDLIGHT_DEMO_LOGINS": "true",
        "WARDLIGHT_ARTEFACTS": tempfile.mkdtemp(prefix="wardlight-artefacts-"),
        "WARDLIGHT_SIGNING_KEY": SIGNING_KEY,
        "WARDLIGHT_VERIFY_KEYS": public_half(SIGNING_KEY),
        "WARDLIGHT_LAKE": tempfile.mkdtemp(prefix="wardlight-lake-"),
        "WARDLIGHT_TRAINING_STORE": tempfile.mkdtemp(prefix="wardlight-training-"),
        **SERVERS.as_environment(database=TEST_DATABASE),
    }
)
