"""What the champion and its library take: one encounter with all that belongs to it, and the library alone."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
import xgboost
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.history import EncounterHistory, histories, history_of
from clinical.models import Encounter, User
from mlops import recording, releases
from mlops.datasets import from_database
from predictions import artefacts, champion, features, scoring
from predictions.engines.artefact import pack
from predictions.engines.base import Matrix, unmarked
from predictions.engines.boosted import BoostedParameters
from predictions.features import schema
from predictions.features.building import as_stored, compute
from predictions.features.derivation import derive
from predictions.models import ModelStatus, ModelVersion
from predictions.reasons import explainer

SEED = 42
FITS_BY = {"objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide"}


def score_one(*, runs: int, encounters: int, warm_up: int) -> dict[str, list[list[float]]]:
    """Milliseconds of each encounter in each run: thought through, stored, and by the library alone."""
    chosen = iter(_some_encounters(warm_up + runs * encounters))
    bare = _bare()
    _turn([next(chosen) for _number in range(warm_up)], bare)
    gc.collect()
    gc.freeze()  # as config/gunicorn.py does
    found = [_turn([next(chosen) for _number in range(encounters)], bare) for _run in range(runs)]
    return {name: [run[name] for run in found] for name in ("thought", "stored", "built", "bare")}


def bare_contributions() -> dict[str, float]:
    """Seconds of pred_contribs over everybody's features."""
    with scope_of_the_system():
        encounter_ids = list(Encounter.objects.can_return().order_by("pk").values_list("pk", flat=True))
        matrix = champion.current().model.wide(compute(histories(encounter_ids, as_of=timezone.now())))
    booster = _booster(threads=0)
    data = _data(matrix)
    return {"seconds": _seconds(lambda: booster.predict(data, pred_contribs=True))}


def bare_fit() -> dict[str, float]:
    """Seconds of one fit on the training rows of protocol C."""
    part = from_database(as_of=timezone.now(), seed=SEED).training
    learned = {**asdict(BoostedParameters()), **FITS_BY, "seed": SEED}
    rounds = learned.pop("trees")
    data = _data(derive(part.matrix), part.readmitted.astype(np.float64))
    return {"seconds": _seconds(lambda: xgboost.train(learned, data, num_boost_round=rounds))}


def two_versions() -> dict[int, int]:
    """By number, the ids of the champion and of a version beside it that says something else of every row."""
    first = ModelVersion.objects.get(status=ModelStatus.CHAMPION)
    model = champion.load(first).model
    calibration = replace(model.calibration, slope=0.9 * model.calibration.slope)
    copied = ("engine", "parameters", "training_data", "metrics", "bands", "reliability", "trained_at")
    second = recording.enter(
        ModelVersion(
            artefact_sha256=artefacts.store().put(pack(replace(model, calibration=calibration))),
            status=ModelStatus.APPROVED, **{name: getattr(first, name) for name in copied},
        )
    )  # fmt: skip
    releases.promote(second, by=User.objects.get(username="approver"), reason="Another version for the bench.")
    return {first.number: first.pk, second.number: second.pk}


def _turn(encounters: list[Encounter], bare: Callable[[Matrix], object]) -> dict[str, list[float]]:
    """All encounters one way, then all the next way: none pays for caches that another has just emptied."""
    matrices: list[Matrix] = []
    with scope_of_the_system():
        known = [history_of(encounter, as_of=timezone.now()) for encounter in encounters]
    ways: dict[str, list[Callable[[], object]]] = {
        "thought": [partial(_think, encounter, matrices) for encounter in encounters],
        "stored": [partial(scoring.score, encounter) for encounter in encounters],
        "built": [partial(_build, history) for history in known],
    }
    found = {name: [1000 * _seconds(job) for job in jobs] for name, jobs in ways.items()}
    found["bare"] = [1000 * _seconds(partial(bare, matrix)) for matrix in matrices]
    return found


def _think(encounter: Encounter, matrices: list[Matrix]) -> None:
    """As scoring.score does it, and the words of the page, with nothing kept."""
    with scope_of_the_system():
        history = history_of(encounter, as_of=timezone.now())
    matrix = features.build_one(history.columns)
    holder = champion.current()
    scored = holder.model.scored(matrix)
    explainer().factors(as_stored(scored.wide[0]), scored.parts[0].tolist())
    matrices.append(scored.wide)


def _build(history: EncounterHistory) -> Matrix:
    """From what was read of a patient to all columns of the row."""
    return champion.current().model.wide(features.build_one(history.columns))


def _bare() -> Callable[[Matrix], object]:
    booster = _booster(threads=1)

    def predict(matrix: Matrix) -> object:
        return booster.inplace_predict(matrix), booster.predict(_data(matrix, threads=1), pred_contribs=True)

    return predict


def _booster(*, threads: int) -> xgboost.Booster:
    booster = xgboost.Booster({"nthread": threads})
    engine = champion.current().model.engine
    booster.load_model(bytearray(unmarked(engine.name, engine.to_bytes())))
    booster.set_param({"nthread": threads})
    return booster


def _data(matrix: Matrix, label: Any = None, *, threads: int | None = None) -> xgboost.DMatrix:
    codes = schema.categories()
    types = ["c" if column < len(codes) and codes[column] else "q" for column in range(matrix.shape[1])]
    return xgboost.DMatrix(matrix, label, feature_types=types, enable_categorical=True, nthread=threads)


def _some_encounters(count: int) -> list[Encounter]:
    with scope_of_the_system():
        able = list(Encounter.objects.can_return().order_by("pk").values_list("pk", flat=True))
        chosen = random.Random(SEED).sample(able, min(count, len(able)))  # noqa: S311  the same ones each time
        by_id = Encounter.objects.in_bulk(chosen)
    return [by_id[pk] for pk in chosen]


def _seconds(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started
