"""A plain prediction service as tutorials write it: FastAPI, a pandas frame of one row, categorical columns, XGBClassifier.

`POST /predict` with a flat body answers a probability, and does nothing else. One-hot columns would be twice as slow.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from fastapi import FastAPI
from xgboost import XGBClassifier

from bench.reference.stays import CATEGORIES, SETTINGS, some_labels, some_stays

ROWS = 5_000
TYPES = {name: pd.CategoricalDtype(values) for name, values in CATEGORIES.items()}


def _frame(stays: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(stays).astype(TYPES)


def _fitted() -> XGBClassifier:
    stays = some_stays(ROWS)
    return XGBClassifier(**SETTINGS, enable_categorical=True).fit(_frame(stays), some_labels(stays))


model = _fitted()
app = FastAPI()


@app.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@app.post("/predict")
async def predict(stay: dict[str, Any]) -> dict[str, float]:
    """The chance to be back within 30 days."""
    return {"risk_probability": float(model.predict_proba(_frame([stay]))[0, 1])}
