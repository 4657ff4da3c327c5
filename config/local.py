"""A laptop's environment: where nothing is configured, secrets of this checkout's own and the embedded servers.

Only used while DATABASE_URL is not set; a deployment sets it, and then nothing here has any effect.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from config import mlflow_server
from config.embedded import DATABASE, running
from config.environment import VAR, Mode
from predictions.signing import new_private_key, public_half


@contextlib.contextmanager
def local_environment(environ: Mapping[str, str], *, folder: Path = VAR) -> Iterator[dict[str, str]]:
    """What `environ` lacks to run on this machine alone; the servers stay up for the length of the block."""
    if "DATABASE_URL" in environ:
        yield {}
        return
    database = environ.get("WARDLIGHT_DATABASE", DATABASE)
    with running(folder) as servers:
        servers.ensure_database(database)
        signing_key = environ.get("WARDLIGHT_SIGNING_KEY") or _kept(folder / "signing_key", new_private_key())
        local = {
            "WARDLIGHT_MODE": Mode.DEMO,
            "WARDLIGHT_SECRET_KEY": _kept(folder / "secret_key", secrets.token_urlsafe(64)),
            "WARDLIGHT_SIGNING_KEY": signing_key,
            "WARDLIGHT_VERIFY_KEYS": public_half(signing_key),
            "WARDLIGHT_ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
            "WARDLIGHT_INSECURE_HTTP": "true",
            "WARDLIGHT_DEMO_LOGINS": "true",
            # encounters are numbered by their database, so two of them never share a lake
            "WARDLIGHT_LAKE": str(folder / "lakes" / database),
            **servers.as_environment(database=database),
            **_register(folder, database),
        }
        yield {name: value for name, value in local.items() if name not in environ}


def _register(folder: Path, database: str) -> dict[str, str]:
    """The demonstration's MLflow, where it runs; each database has its own experiment and model there."""
    names = {
        "WARDLIGHT_MLFLOW_EXPERIMENT": database,
        "WARDLIGHT_MLFLOW_MODEL_PREFIX": "" if database == DATABASE else f"{database}.",
    }
    url = mlflow_server.known(folder / mlflow_server.FOLDER.name)
    return {**names, "MLFLOW_TRACKING_URI": url} if url else names


def _kept(place: Path, fresh: str) -> str:
    """What `place` holds, which is `fresh` the first time; of several processes that come at once, one decides."""
    if not place.exists():
        with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False) as mine:  # for its owner's eyes alone
            mine.write(fresh)
        with contextlib.suppress(FileExistsError):
            os.link(mine.name, place)
        Path(mine.name).unlink()
    return place.read_text()
