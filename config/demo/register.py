"""The demonstration's MLflow, started first and waited for by nobody: a page never needs it, and messages to it wait."""

from __future__ import annotations

import importlib.metadata
import os
import sys

from config import mlflow_server
from config.demo.processes import Processes


def start_register(processes: Processes) -> str | None:
    """Its address, put into the environment of what is started after it; None where there is no MLflow to start."""
    if "MLFLOW_TRACKING_URI" in os.environ:  # the hospital's own, or one that another demonstration has started
        return os.environ["MLFLOW_TRACKING_URI"]
    if not _installed():
        sys.stdout.write("MLflow's server is not installed, so nothing is mirrored to it.\n")
        return None
    processes.start_optional("mlflow", "-m", "config.mlflow_server", str(mlflow_server.FOLDER))
    url = mlflow_server.address_of(mlflow_server.FOLDER)
    if url is None:
        sys.stdout.write(f"MLflow did not start, so nothing is mirrored to it; see {processes.logs}/mlflow.log\n")
        return None
    os.environ["MLFLOW_TRACKING_URI"] = url
    sys.stdout.write(f"MLflow is starting at {url}; the rest does not wait for it.\n")
    return url


def _installed() -> bool:
    """Asked of the installer's notes: looking for the module would read the whole library."""
    try:
        importlib.metadata.distribution("mlflow")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
