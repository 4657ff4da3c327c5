"""gunicorn's settings for the web and api roles: threads for waiting, few processes for memory."""

from __future__ import annotations

import gc
import os
from typing import Any

bind = os.environ.get("WARDLIGHT_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WARDLIGHT_WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WARDLIGHT_WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 25
keepalive = 20
max_requests = 20_000
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108  heartbeat files belong in memory
limit_request_line = 4094
limit_request_field_size = 8190
control_socket_disable = True
accesslog = None
_OBJECTS_BEFORE_A_LOOK = 50_000


def post_worker_init(worker: Any) -> None:
    """Whoever scores watches over its champion. The first one is loaded meanwhile, and readiness waits for it."""
    if os.environ.get("WARDLIGHT_ROLE") == "api":
        from predictions import champion_watch  # noqa: PLC0415  Django is set up only now, and pages never load a model

        worker.watch = champion_watch.start(role="api", loads_at_once=True, on_first=keep)
    else:
        keep()


def worker_exit(_server: Any, worker: Any) -> None:
    """The row that says what this process holds goes with it."""
    watch = getattr(worker, "watch", None)
    if watch is not None:
        watch.end()
        watch.join(timeout=2)


def keep() -> None:
    """What is loaded by now lives for ever: keeping it out of the collector's sight halves the tail of latencies.

    A request makes some ten thousand objects that are gone with it; the collector need not look through them a dozen times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_A_LOOK, 10, 10)
