"""Which register this deployment has: MLflow by its address, or none."""

from __future__ import annotations

import structlog
from django.conf import settings

from mlops.register.base import ModelRegister

log = structlog.get_logger(__name__)


def register() -> ModelRegister | None:
    """A register for one conversation, or None where no address is set: what would be told is then only logged.

    PostgreSQL has all of it, so that a register which is set up later is filled by the next reconciliation.
    """
    if not settings.MLFLOW_TRACKING_URI:
        log.info("no register is set (MLFLOW_TRACKING_URI); nothing is mirrored")
        return None
    from mlops.register.mlflow_register import MlflowRegister  # noqa: PLC0415  a vendor's library, for those who have it

    return MlflowRegister(
        uri=settings.MLFLOW_TRACKING_URI, experiment=settings.MLFLOW_EXPERIMENT, prefix=settings.MLFLOW_MODEL_PREFIX
    )
