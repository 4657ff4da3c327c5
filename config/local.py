"""A laptop's environment: where nothing is configured, a secret of this checkout's own and the embedded servers.

Only used while DATABASE_URL is not set; a deployment sets it, and then nothing here has any effect.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.embedded import DATABASE, running
from config.environment import VAR, Mode


@contextlib.contextmanager
def local_environment(environ: Mapping[str, str], *, folder: Path = VAR) -> Iterator[dict[str, str]]:
    """What `environ` lacks to run on this machine alone; the servers stay up for the length of the block."""
    if "DATABASE_URL" in environ:
        yield {}
        return
    database = environ.get("WARDLIGHT_DATABASE", DATABASE)
    with running(folder) as servers:
        servers.ensure_database(database)
        local = {
            "WARDLIGHT_MODE": Mode.DEMO,
            "WARDLIGHT_SECRET_KEY": _secret_of(folder),
            "WARDLIGHT_ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
            "WARDLIGHT_INSECURE_HTTP": "true",
            "WARDLIGHT_DEMO_LOGINS": "true",
            **servers.as_environment(database=database),
        }
        yield {name: value for name, value in local.items() if name not in environ}


def _secret_of(folder: Path) -> str:
    kept = folder / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(64))
    return kept.read_text()
