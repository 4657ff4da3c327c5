"""The least that a prediction with its parts can be: FastAPI, a row built by hand, `inplace_predict` and `pred_contribs`."""

from __future__ import annotations

from typing import Any

import numpy as np
import xgboost
from fastapi import FastAPI

from bench.reference.stays import CATEGORIES, CODES, COUNTS, SETTINGS, some_labels, some_stays

ROWS = 5_000
NUMBERS = (*COUNTS, *CODES)
PLACES = {name: {value: float(place) for place, value in enumerate(values)} for name, values in CATEGORIES.items()}


def _row(stay: dict[str, Any]) -> list[float]:
    return [float(stay[name]) for name in NUMBERS] + [places[stay[name]] for name, places in PLACES.items()]


def _fitted() -> xgboost.Booster:
    stays = some_stays(ROWS)
    learned = {"objective": "binary:logistic", **{name: value for name, value in SETTINGS.items() if name != "n_estimators"}}
    data = xgboost.DMatrix(np.array([_row(stay) for stay in stays]), some_labels(stays))
    booster = xgboost.train(learned, data, num_boost_round=int(SETTINGS["n_estimators"]))
    booster.set_param({"nthread": 1})
    return booster


booster = _fitted()
app = FastAPI()


@app.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@app.post("/predict")
async def predict(stay: dict[str, Any]) -> dict[str, Any]:
    """The chance to be back within 30 days, and what each column adds to the log-odds."""
    row = np.array([_row(stay)])
    parts = booster.predict(xgboost.DMatrix(row, nthread=1), pred_contribs=True)[0]
    return {"risk_probability": float(booster.inplace_predict(row)[0]), "contributions": parts.tolist()}
