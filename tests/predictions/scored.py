"""Encounters with a score written by hand, for tests that look at pages and not at models."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import UTC, datetime
from typing import Any

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, Encounter
from predictions.explain import Explainer
from predictions.models import FeatureSchema, ModelStatus, ModelVersion, Prediction, WorklistEntry
from tests.factories import encounter_on

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
BANDS = [
    {"name": name, "from_probability": start, "patients": n, "readmitted": back, "observed_low": low, "observed_high": high}
    for name, start, n, back, low, high in (
        ("low", 0.0, 500, 25, 0.03, 0.07),
        ("moderate", 0.1, 300, 39, 0.1, 0.17),
        ("high", 0.2, 1500, 330, 0.2, 0.24),
        ("very_high", 0.3, 50, 18, 0.24, 0.5),
    )
]
CONCEPTS = {
    "stays": ("Inpatient stays", "past_use", "1 inpatient stay in the past year", "# inpatient stays in the past year"),
    "medicines": ("Medicines", "modifiable", "1 medicine", "# medicines"),
    "diagnoses": ("Number of diagnoses", "fixed", "1 diagnosis", "# diagnoses"),
    "a1c": ("HbA1c", "modifiable", "1 per cent", "# per cent"),
}
VALUES = [2.0, 16.0, 9.0, None]
DEFINITION = {
    "features": [
        {"name": key, "label": label, "factor": key, "one": one, "many": many, "values": None, "value_set": "",
         "missing_words": "not measured"}
        for key, (label, _group, one, many) in CONCEPTS.items()
    ],
    "factors": [
        {"key": key, "label": label, "group": group, "told_by": [key], "tells": "first", "otherwise": "not recorded"}
        for key, (label, group, _one, _many) in CONCEPTS.items()
    ],
    "value_sets": {},
}  # fmt: skip
BASE = 0.11


def scored(encounter: Encounter, risk: float = 0.23, *, flags: tuple[str, ...] = ()) -> Prediction:
    """A stored score of `encounter` that adds up, and its line on the list."""
    with scope_of_the_system():
        prediction = Prediction.objects.create(
            encounter=encounter,
            model_version=_version(),
            feature_schema=_schema(),
            features_sha256=hashlib.sha256(str(risk).encode()).hexdigest(),
            feature_values=VALUES,
            input_flags=list(flags),
            factors=[0.08, -0.01, risk - BASE - 0.07, 0.0],
            base_probability=BASE,
            risk_probability=risk,
            risk_low=max(risk - 0.04, 0),
            risk_high=risk + 0.05,
            band=[band["name"] for band in BANDS if float(str(band["from_probability"])) <= risk][-1],
            as_of=NOW,
            scored_at=NOW,
        )
        score = {"prediction": prediction, "risk_probability": risk, "band": prediction.band, "not_scored_reason": ""}
        _list(encounter, **score, reasons=Explainer(DEFINITION).main_reasons(VALUES, prediction.factors))
    return prediction


def not_scored(encounter: Encounter, reason: str = "no model has been promoted yet") -> WorklistEntry:
    with scope_of_the_system():
        return _list(encounter, prediction=None, risk_probability=None, band="", reasons=[], not_scored_reason=reason)


def patient_on(unit: CareUnit, family_name: str, risk: float | None = 0.23, **attributes: Any) -> Encounter:
    """Somebody on `unit` with a score, or without one where `risk` is None."""
    encounter = encounter_on(unit, patient={"family_name": family_name}, **attributes)
    if risk is None:
        not_scored(encounter)
    else:
        scored(encounter, risk)
    return encounter


def words_of(response: Any) -> str:
    """What a reader sees of a page, in one line."""
    text = re.sub(r"(?s)<(script|style|title)\b.*?</\1>", " ", response.content.decode())
    return " ".join(html.unescape(re.sub(r"(?s)<[^>]*>", " ", text)).split())


def names_on(response: Any) -> list[str]:
    """The patients of a worklist page, in its order."""
    return re.findall(r'class="patient-link"[^>]*>([^<]+)<', response.content.decode())


def link_to(response: Any, relation: str) -> str:
    """The address of the next or previous page, or nothing."""
    found = re.search(rf'rel="{relation}" href="([^"]+)"', response.content.decode())
    return html.unescape(found.group(1)) if found else ""


def _list(encounter: Encounter, **score: Any) -> WorklistEntry:
    stay = {"unit": encounter.unit, "admitted_at": encounter.admitted_at, "discharged_at": encounter.discharged_at}
    entry, _is_new = WorklistEntry.objects.update_or_create(encounter=encounter, defaults={**stay, **score})
    return entry


def _schema() -> FeatureSchema:
    digest = hashlib.sha256(str(DEFINITION).encode()).hexdigest()
    return FeatureSchema.objects.get_or_create(hash=digest, defaults={"version": "test", "definition": DEFINITION})[0]


def _version() -> ModelVersion:
    made = {"engine": "by hand", "artefact_sha256": "0" * 64, "feature_schema": _schema(), "bands": BANDS}
    return ModelVersion.objects.get_or_create(
        name="readmission-30d", number=1, defaults={**made, "status": ModelStatus.CHAMPION, "trained_at": NOW}
    )[0]
