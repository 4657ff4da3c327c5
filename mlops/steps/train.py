"""Training, wherever it runs: started once, looked at until it has ended, and its model taken in only when it is whole.

What passes by itself, such as a killed process or spare capacity that was taken away, is tried anew under the next name.
How often that happened is written beside the frozen data, so that any worker knows which attempt is the present one.
"""

from __future__ import annotations

from typing import Any

from mlops.backends.base import Job, JobState, JobStatus
from mlops.backends.choosing import backend
from mlops.blobs import blobs
from mlops.errors import NotYet, TrainingFailedError
from mlops.frozen import training_digest
from mlops.models import RunStep, TrainingRun
from predictions import artefacts
from predictions.features import schema_hash

MOST_ATTEMPTS = 3
SECONDS_BETWEEN_LOOKS = {"local": 2.0, "sagemaker": 30.0}


def take(run: TrainingRun) -> dict[str, Any]:
    """`artefact_sha256` of the model in the artefact store, and the training's `report`; NotYet while it goes on."""
    place = backend(run.backend)
    job = job_of(run)
    state = place.look(job)
    if state.status is JobStatus.UNKNOWN:
        place.submit(job)
        run.say(f"Training begun: {job.name} ({run.backend}).")
        raise NotYet(seconds=SECONDS_BETWEEN_LOOKS[run.backend])
    if state.status is JobStatus.RUNNING:
        raise NotYet(seconds=SECONDS_BETWEEN_LOOKS[run.backend], done=state.done, total=state.total)
    if state.status is JobStatus.FAILED:
        return _failed(run, job, state)
    collected = place.collect(job)
    return {"artefact_sha256": artefacts.store().put(collected.artefact), "report": collected.report}


def stop(run: TrainingRun) -> None:
    """End the present attempt, if it runs."""
    if run.found(RunStep.ASSEMBLE):
        backend(run.backend).cancel(job_of(run))


def job_of(run: TrainingRun) -> Job:
    """The present attempt."""
    frozen, wanted = run.found(RunStep.ASSEMBLE)["frozen"], run.specification
    return Job(
        name=f"wardlight-{run.public_id}-{len(_given_up(run)) + 1}",
        place=frozen["place"],
        data_sha256=training_digest(frozen["place"], frozen["sha256"], blobs=blobs()),
        engine=wanted["engine"],
        parameters=wanted["parameters"],
        seed=int(wanted["seed"]),
        feature_schema=schema_hash(),
    )


def _failed(run: TrainingRun, job: Job, state: JobState) -> dict[str, Any]:
    attempts = len(_given_up(run)) + 1
    if state.permanent or attempts >= MOST_ATTEMPTS:
        raise TrainingFailedError(state.reason)
    blobs().put(f"{_folder(run)}/{attempts}.txt", state.reason.encode())
    run.say(f"{job.name}: {state.reason} Trying again.")
    raise NotYet(seconds=1)


def _given_up(run: TrainingRun) -> list[str]:
    return blobs().list(_folder(run))


def _folder(run: TrainingRun) -> str:
    return f"runs/{run.public_id}/given_up"
