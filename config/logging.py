"""Structured JSON logs, one line an event, each with its request id; values that could name a patient never get in.

Requests are logged by route name and not by path, because a path may carry an identifier; query strings are dropped.
"""

from __future__ import annotations

import logging.config
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# What a log line may say. Anything else is dropped, so that a careless keyword cannot publish a name or a diagnosis.
ALLOWED_KEYS = frozenset(
    {
        "event", "level", "logger", "timestamp", "request_id", "user_id", "code", "route", "method",
        "status", "duration_ms", "task", "task_id", "task_name", "parent_task_id", "queue", "role", "mode", "version",
        "rows", "seconds", "error", "error_type", "location", "count", "model", "model_version", "reason", "position",
        "unit_id", "encounter_id", "prediction_id", "command", "exc_type", "retries",
        "run_id", "step", "state", "kind", "message_id", "night", "difference", "mended", "readings", "alarms", "notices",
        "opened", "trial", "effect", "receives", "versions", "number", "sha256", "held", "scored", "refused", "may_pass",
    }
)  # fmt: skip
# These write whole paths, queries included; config.middleware writes the route instead.
QUIET = "django.server", "django_structlog"


def logging_configuration(*, level: str) -> dict[str, Any]:
    """What `configure` expects: a standard dictConfig."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": [*_SHARED, _only_the_exception_type, _only_allowed_keys],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            **{name: {"level": "CRITICAL"} for name in QUIET},
            # Django's own request logger writes paths and tracebacks; ErrorsAsPages reports the same without either.
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "ERROR"},
        },
    }


def configure(configuration: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG hook."""
    logging.config.dictConfig(configuration)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            _only_the_exception_type,
            _only_allowed_keys,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _only_the_exception_type(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An exception's text may quote a row, so only its type and the place it came from are kept."""
    failure = event.pop("exc_info", None)
    if failure is True:  # log.exception: whatever is being handled
        failure = sys.exception()
    failure = failure[1] if isinstance(failure, tuple) else failure
    if isinstance(failure, BaseException):
        event["error_type"] = type(failure).__name__
        event["location"] = _location(failure)
    return event


def _location(failure: BaseException) -> str:
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"


def _only_allowed_keys(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS or key.startswith("_")}


_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
