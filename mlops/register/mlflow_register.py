"""MLflow over HTTP: the one file that names it. It is written to and asked what it has; nothing is ever loaded from it.

MLflow's loaders run code that lies beside a model, so versions leave here as plain bytes and never come back: what scores is
read from the artefact store, by digest and signature. One object is one conversation and ends after some seconds, because
the message that it delivers is held for a minute.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mlops.errors import RegisterRefusedError, RegisterUnavailableError
from mlops.register.base import NUMBER_TAG, RUN_TAG, SHA256_TAG, VERSION_TAG, Registered, RunRecord, VersionRecord

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

REQUEST_SECONDS = 8
CONVERSATION_SECONDS = 20
ENDED_TAG = "wardlight.ended"
MODEL_FOLDER = "model"
MODEL_FILE = "wardlight.model"
_LONGEST_PARAMETER = 6000
_MOST_PARAMETERS, _MOST_METRICS = 100, 1000  # in one request, by MLflow's own limits
_THERE_ALREADY, _NOT_THERE = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"

Answer = TypeVar("Answer")


class MlflowRegister:
    """See the module."""

    def __init__(self, *, uri: str, experiment: str, prefix: str = "", seconds: float = CONVERSATION_SECONDS) -> None:
        self._uri, self._experiment, self._prefix = uri, experiment, prefix
        self._until = time.monotonic() + seconds
        self._known_client: MlflowClient | None = None

    def record_run(self, record: RunRecord) -> str:
        run = self._run_of(record.public_id)
        if run is None:
            run = self._ask(
                self._client.create_run, self._experiment_id(), start_time=_milliseconds(record.started_at),
                run_name=record.title, tags={RUN_TAG: record.public_id},
            )  # fmt: skip
        run_id = str(run.info.run_id)
        if ENDED_TAG in run.data.tags:
            return run_id
        self._log(run_id, record)
        self._name_data(run_id, record)
        self._put_files(run_id, record.files)
        status = "FINISHED" if record.succeeded else "FAILED"
        self._ask(self._client.set_terminated, run_id, status, _milliseconds(record.ended_at))
        # the last thing said: without it the next call says everything once more, to the same effect
        self._ask(self._client.set_tag, run_id, ENDED_TAG, record.ended_at.isoformat())
        return run_id

    def register_version(self, record: VersionRecord) -> str:
        known = self.versions(record.name).get(record.public_id)
        if known is not None:
            return known.registered_as
        name = self._named(record.name)
        self._make_model(name)
        self._put_files(record.run_id, {f"{MODEL_FOLDER}/{MODEL_FILE}": record.artefact})
        given = {name: value for name, value in record.tags.items() if value}
        tags = {**given, VERSION_TAG: record.public_id, NUMBER_TAG: str(record.number), SHA256_TAG: record.sha256}
        made = self._ask(
            self._client.create_model_version, name, f"runs:/{record.run_id}/{MODEL_FOLDER}", record.run_id, tags=tags,
            description=record.description, await_creation_for=0,
        )  # fmt: skip
        return str(made.version)

    def versions(self, name: str) -> dict[str, Registered]:
        """The oldest of several, should two processes ever have registered the same one at the same time."""
        found: dict[str, Registered] = {}
        for version in sorted(self._pages(name), key=lambda version: -int(version.version)):
            public_id = version.tags.get(VERSION_TAG)
            if public_id:
                found[public_id] = Registered(str(version.version), version.tags.get(SHA256_TAG, ""))
        return found

    def aliases(self, name: str) -> dict[str, str]:
        try:
            model = self._ask(self._client.get_registered_model, self._named(name))
        except RegisterRefusedError as refused:
            if refused.reason_code == _NOT_THERE:
                return {}
            raise
        return {str(alias): str(version) for alias, version in model.aliases.items()}

    def point(self, *, name: str, alias: str, registered_as: str) -> None:
        self._ask(self._client.set_registered_model_alias, self._named(name), alias, registered_as)

    def unpoint(self, *, name: str, alias: str) -> None:
        if alias in self.aliases(name):
            self._ask(self._client.delete_registered_model_alias, self._named(name), alias)

    # --- what the verbs are made of ------------------------------------------------------------------------------------

    def _run_of(self, public_id: str) -> Any:
        wanted = f"tags.`{RUN_TAG}` = '{public_id}'"
        found = self._ask(self._client.search_runs, [self._experiment_id()], wanted, max_results=1)
        return found[0] if found else None

    def _log(self, run_id: str, record: RunRecord) -> None:
        from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415  only here is MLflow's library loaded

        at = _milliseconds(record.ended_at)  # a fixed time: the same figure said twice is one point
        metrics = [Metric(name, value, at, 0) for name, value in record.metrics.items() if math.isfinite(value)]
        parameters = [Param(name, value[:_LONGEST_PARAMETER]) for name, value in record.parameters.items()]
        tags = [RunTag(name, value) for name, value in record.tags.items()]
        for some in _by(_MOST_METRICS, metrics):
            self._ask(self._client.log_batch, run_id, metrics=some)
        for some in _by(_MOST_PARAMETERS, parameters):
            self._ask(self._client.log_batch, run_id, params=some)
        for some in _by(_MOST_PARAMETERS, tags):
            self._ask(self._client.log_batch, run_id, tags=some)

    def _name_data(self, run_id: str, record: RunRecord) -> None:
        from mlflow.entities import Dataset, DatasetInput, InputTag  # noqa: PLC0415  as above

        if record.data is None:
            return
        # MLflow's own limits: a digest has 36 characters, so the whole one stands in the source
        named = Dataset(
            name=record.data.name, digest=record.data.digest[:36], source_type="code",
            source=json.dumps({"sha256": record.data.digest}), profile=record.data.profile,
        )  # fmt: skip
        used = DatasetInput(named, [InputTag("mlflow.data.context", "training")])
        self._ask(self._client.log_inputs, run_id, [used])

    def _put_files(self, run_id: str, files: Mapping[str, bytes]) -> None:
        with tempfile.TemporaryDirectory(prefix="wardlight-register-") as folder:
            for path, data in files.items():
                local = Path(folder) / Path(path).name
                local.write_bytes(data)
                place = str(Path(path).parent) if "/" in path else None
                self._ask(self._client.log_artifact, run_id, str(local), place)

    def _make_model(self, name: str) -> None:
        try:
            self._ask(self._client.create_registered_model, name)
        except RegisterRefusedError as refused:
            if refused.reason_code != _THERE_ALREADY:
                raise

    def _pages(self, name: str) -> Iterator[Any]:
        token: str | None = None
        while True:
            page = self._ask(self._client.search_model_versions, f"name = '{self._named(name)}'", page_token=token)
            yield from page
            token = page.token
            if not token:
                return

    def _experiment_id(self) -> str:
        found = self._ask(self._client.get_experiment_by_name, self._experiment)
        if found is not None:
            return str(found.experiment_id)
        try:
            return str(self._ask(self._client.create_experiment, self._experiment))
        except RegisterRefusedError as refused:
            if refused.reason_code != _THERE_ALREADY:
                raise
            return self._experiment_id()

    def _named(self, name: str) -> str:
        return f"{self._prefix}{name}"

    @property
    def _client(self) -> MlflowClient:
        if self._known_client is None:
            self._known_client = _client_for(self._uri)
        return self._known_client

    def _ask(self, call: Callable[..., Answer], *given: Any, **named: Any) -> Answer:
        """One request. Its failure is told in our words: MLflow's own text may repeat an address with a password in it."""
        from mlflow.exceptions import MlflowException, RestException  # noqa: PLC0415  as above

        if time.monotonic() > self._until:
            msg = f"MLflow took longer than {CONVERSATION_SECONDS} s."
            raise RegisterUnavailableError(msg)
        try:
            return call(*given, **named)
        except RestException as refused:
            if _status_of(refused) >= HTTPStatus.INTERNAL_SERVER_ERROR:
                msg = f"MLflow failed by itself ({refused.error_code})."
                raise RegisterUnavailableError(msg) from refused
            msg = f"MLflow refused ({refused.error_code})."
            raise RegisterRefusedError(msg, reason_code=str(refused.error_code)) from refused
        except (MlflowException, OSError) as error:
            raise RegisterUnavailableError(_plain(error)) from error


def _client_for(uri: str) -> MlflowClient:
    os.environ.update(
        {
            "MLFLOW_HTTP_REQUEST_TIMEOUT": str(REQUEST_SECONDS),  # to connect, and between two pieces of an answer
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # the outbox tries again, with longer and longer pauses
            "MLFLOW_DATABRICKS_ENDPOINT_HTTP_RETRY_TIMEOUT": str(REQUEST_SECONDS),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        }
    )
    from mlflow.tracking import MlflowClient  # noqa: PLC0415  some seconds, and only in a worker that has something to tell

    return MlflowClient(tracking_uri=uri)


def _status_of(refused: Any) -> int:
    return int(refused.get_http_status_code())


def _plain(error: BaseException) -> str:
    text = str(error).lower()
    if "timed out" in text or "timeout" in text:
        return f"MLflow did not answer within {REQUEST_SECONDS} s."
    return "MLflow cannot be reached."


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _by(most: int, things: list[Any]) -> Iterator[list[Any]]:
    rest = iter(things)
    while some := list(islice(rest, most)):
        yield some
