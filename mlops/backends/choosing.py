"""The place of training that a run was given when it was asked for."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from mlops.backends.base import TrainingBackend
from mlops.backends.local import LocalBackend
from mlops.blobs import blobs


def backend(name: str) -> TrainingBackend:
    """`local` or `sagemaker`; a run keeps the one that it began with, also where the setting has changed since."""
    if name == "sagemaker":
        from mlops.backends.sagemaker import SageMakerBackend  # noqa: PLC0415  the vendor's library is loaded where it is used

        return SageMakerBackend(blobs=blobs())
    return local()


def local() -> LocalBackend:
    """This machine. Its jobs have a folder here also where the frozen data lie in a bucket."""
    return LocalBackend(Path(settings.TRAINING_FOLDER), blobs=blobs())
