"""The training script: frozen rows in, a model's file and a report out. The same on a worker's machine and on SageMaker.

`python -m mlops.entrypoint --input DIR --output DIR --spec FILE`, or, with no arguments, the conventions of a SageMaker
container under /opt/ml. It needs no database, no settings and no network. The report is written last: where there is one,
the model's file is whole.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType
from typing import Any

from mlops.blobs import FolderBlobs
from mlops.errors import OperationError
from mlops.frozen_rows import FrozenRows, read_files, read_manifest, rows_from
from predictions.errors import PredictionError

MODEL, REPORT, PROGRESS, FAILURE, PID = "model", "report.json", "progress.json", "failure", "pid"
STOPPED, OUT_OF_TIME = "Stopped", "Out of time"
CONTAINER = Path("/opt/ml")
CHANNEL = "training"
OBJECTIVE = "validation:auc"
_LIBRARIES = ("numpy", "polars", "scikit-learn", "xgboost-cpu", "torch", "onnx", "deltalake")
_LOW_PRIORITY = 10
_ENDED_BY_SIGNAL = 143


class _EndedError(BaseException):
    """Somebody asked this process to end; no `except Exception` on the way may stop it."""


@dataclass(frozen=True)
class _Places:
    rows: Path
    model: Path
    progress: Path
    failure: Path


def main(arguments: list[str] | None = None) -> int:
    """Train, and say with the exit code and the file `failure` what came of it."""
    given = _parsed(arguments)
    places, spec = _from_container(given.container) if given.spec is None else _from_arguments(given)
    _end_when_told(given.most_seconds or int(spec.get("most_seconds", 0)))
    if given.background:
        _step_back(places)
    try:
        _carry_out(spec, places)
    except (OperationError, PredictionError) as refusal:
        return _failed(places, str(refusal))
    except _EndedError as ended:
        _failed(places, f"{ended}: the training was ended before it was done.")
        return _ENDED_BY_SIGNAL
    except MemoryError:
        return _failed(places, "The machine has too little memory for this training.")
    except Exception as error:  # noqa: BLE001  whatever it was, the one who waits is told
        traceback.print_exc()
        return _failed(places, f"Unexpected failure ({type(error).__name__}); the job's log holds where.")
    return 0


def _carry_out(spec: Mapping[str, Any], places: _Places) -> None:
    places.model.mkdir(parents=True, exist_ok=True)
    rows = _rows(places.rows, spec["data_sha256"])
    if spec.get("task", "train") == "trial":
        _try_out(spec, rows)
    else:
        _train(spec, rows, places)


def _rows(folder: Path, sha256: str) -> FrozenRows:
    blobs = FolderBlobs(folder)
    return rows_from(read_files(blobs, "", read_manifest(blobs, "", sha256)), where=CHANNEL)


def _train(spec: Mapping[str, Any], rows: FrozenRows, places: _Places) -> None:
    # what learns is imported when there is something to learn, after the rows were checked
    from mlops.training import FITS, train  # noqa: PLC0415
    from predictions.engines.artefact import pack, sha256_of  # noqa: PLC0415
    from predictions.engines.registry import engine_called  # noqa: PLC0415
    from predictions.features import schema_hash  # noqa: PLC0415

    learner = engine_called(spec["engine"])
    learner.with_parameters(spec["parameters"])  # refused before anything is learned
    fits = _Fits(places.progress, FITS)
    model = train(rows, seed=spec["seed"], engine=lambda: learner.with_parameters(spec["parameters"]), on_fit=fits.one_more)
    artefact = pack(model)
    _write(places.model / MODEL, artefact)
    report = {
        **{name: spec[name] for name in ("job", "engine", "parameters", "seed", "data_sha256")},
        "artefact_sha256": sha256_of(artefact),
        "artefact_bytes": len(artefact),
        "feature_schema": schema_hash(),
        "rows": len(rows.readmitted),
        "fits": FITS,
        "fit_seconds": fits.seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "versions": _versions(),
    }
    _write(places.model / REPORT, json.dumps(report, indent=1).encode())


def _try_out(spec: Mapping[str, Any], rows: FrozenRows) -> None:
    """One trial of a tuning job: the mean AUC of its folds, on the line that the tuning job reads."""
    from mlops.tuning.trying import mean_auc  # noqa: PLC0415  see above

    auc = mean_auc(rows, engine=spec["engine"], parameters=spec["parameters"], seed=spec["seed"])
    sys.stdout.write(f"{OBJECTIVE}={auc:.6f}\n")
    sys.stdout.flush()


class _Fits:
    """How far the training is: told in a file after each fit."""

    def __init__(self, place: Path, total: int) -> None:
        self._place, self._total, self._since = place, total, time.perf_counter()
        self.seconds: list[float] = []
        self._tell()

    def one_more(self) -> None:
        now = time.perf_counter()
        self.seconds.append(round(now - self._since, 2))
        self._since = now
        self._tell()

    def _tell(self) -> None:
        self._place.parent.mkdir(parents=True, exist_ok=True)
        _write(self._place, json.dumps({"done": len(self.seconds), "total": self._total}).encode())


# --- where things are -------------------------------------------------------------------------------------------------------


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mlops.entrypoint", description="Train a model from frozen rows.")
    parser.add_argument("verb", nargs="?", choices=["train"], help="what SageMaker says to every container")
    parser.add_argument("--input", type=Path, help="folder of the frozen training rows")
    parser.add_argument("--output", type=Path, help="folder that the model's file and the report are written to")
    parser.add_argument("--spec", type=Path, help="JSON: job, engine, parameters, seed, data_sha256")
    parser.add_argument("--container", type=Path, default=CONTAINER, help="without --spec: root of the container's folders")
    parser.add_argument("--most-seconds", type=int, default=0, help="end after so long; 0 never")
    parser.add_argument("--background", action="store_true", help="let whatever else runs on this machine go first")
    given = parser.parse_args(arguments)
    if given.spec is not None and (given.input is None or given.output is None):
        parser.error("--spec needs --input and --output")
    return given


def _from_arguments(given: argparse.Namespace) -> tuple[_Places, dict[str, Any]]:
    output: Path = given.output
    places = _Places(given.input, output, progress=output / PROGRESS, failure=output / FAILURE)
    return places, json.loads(given.spec.read_text())


def _from_container(root: Path) -> tuple[_Places, dict[str, Any]]:
    """Hyperparameters come as texts; those beside `spec` are the point that a tuning job wants tried."""
    places = _Places(
        rows=root / "input" / "data" / CHANNEL,
        model=root / "model",
        progress=root / "checkpoints" / PROGRESS,  # copied to S3 while the job runs
        failure=root / "output" / FAILURE,
    )
    texts = json.loads((root / "input" / "config" / "hyperparameters.json").read_text())
    spec = json.loads(texts.pop("spec"))
    point = {name: json.loads(text) for name, text in texts.items() if not name.startswith("_")}
    return places, {**spec, "parameters": {**spec["parameters"], **point}}


# --- this process -----------------------------------------------------------------------------------------------------------


def _end_when_told(most_seconds: int) -> None:
    signal.signal(signal.SIGTERM, _raising(STOPPED))
    signal.signal(signal.SIGALRM, _raising(OUT_OF_TIME))
    signal.alarm(most_seconds)


def _raising(why: str) -> Callable[[int, FrameType | None], None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        raise _EndedError(why)

    return end


def _step_back(places: _Places) -> None:
    """Scores and pages of the same machine go first, and if memory runs out, this process is the one to end."""
    places.model.mkdir(parents=True, exist_ok=True)
    _write(places.model / PID, str(os.getpid()).encode())
    os.nice(_LOW_PRIORITY)
    Path("/proc/self/oom_score_adj").write_text("500")


def _failed(places: _Places, reason: str) -> int:
    places.failure.parent.mkdir(parents=True, exist_ok=True)
    _write(places.failure, reason.encode())
    sys.stderr.write(f"{reason}\n")
    return 1


def _write(place: Path, data: bytes) -> None:
    """Beside and renamed: whoever looks sees a whole file or none."""
    part = place.with_name(f".part-{place.name}")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main())
