"""Card: what a hospital is told of the candidate, written from the evidence alone, and stored with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mlops.cards.candidates import card_of_candidate, release_of_run
from mlops.cards.card import ModelCard
from mlops.models import Evidence, RunStep, TrainingRun
from mlops.steps.data import candidate_of, evidence_of


def take(run: TrainingRun) -> dict[str, Any]:
    """The finding says whether anything could not be answered; the gate has looked at the same card."""
    evidence = evidence_of(run)
    card = card_for(run, evidence)
    with transaction.atomic():
        evidence.card = card.as_json()
        evidence.save(update_fields=["card"])
    return {"complete": card.is_complete, "missing": list(card.missing)}


def card_for(run: TrainingRun, evidence: Evidence) -> ModelCard:
    """The card of what has been found so far."""
    return card_of_candidate(
        evidence.appraisal,
        model=candidate_of(run).model,
        data=run.found(RunStep.ASSEMBLE)["data"],
        artefact_sha256=run.found(RunStep.TRAIN)["artefact_sha256"],
        command=_command(run.specification),
        release=release_of_run(
            model_name=run.model_name, run=str(run.public_id)[:8], trained_at=run.started_at or run.created_at
        ),
    )


def _command(specification: dict[str, Any]) -> str:
    """What to type for the same figures from the same data; without the paths of this machine."""
    parts = [f"--{name} {specification[name]}" for name in ("source", "protocol", "engine", "seed", "gate")]
    if specification.get("table_version") is not None:
        parts.append(f"--table-version {specification['table_version']}")
    return f"manage.py retrain {' '.join(parts)}"
