"""Gate: the evidence so far against the profile that the run asked for. A failed verdict is a finding, not an error."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mlops.appraisal.measures import groups_from, measures_of
from mlops.gates.judging import judge
from mlops.gates.profile import profile_called
from mlops.models import RunStep, TrainingRun
from mlops.steps.card import card_for
from mlops.steps.data import evidence_of


def take(run: TrainingRun) -> dict[str, Any]:
    """Whether the card is complete is one of the clauses, so it is written here for the first time."""
    evidence = evidence_of(run)
    profile = profile_called(run.specification["gate"])
    card = card_for(run, evidence)
    measured = measures_of(evidence.appraisal) | {"card_complete": card.share_answered}
    verdict = judge(
        profile,
        measured,
        has_champion=evidence.compared_with_id is not None,
        groups=groups_from(evidence.appraisal, figure=profile.floors.figure),
        caution=evidence.appraisal.get("caution", ""),
    )
    with transaction.atomic():
        evidence.verdict = verdict.as_json()
        evidence.save(update_fields=["verdict"])
        for clause in verdict.failed:
            _say_failed(run, clause.as_json())
    return {"passed": verdict.passed, "profile": profile.name, "failed": [clause.name for clause in verdict.failed]}


def _say_failed(run: TrainingRun, clause: dict[str, Any]) -> None:
    value = "not measured" if clause["value"] is None else f"{clause['value']:.4g}"
    text = f"Failed: {clause['label']} is {value}; {clause['direction'].replace('_', ' ')} {clause['bound']} is asked."
    run.lines.create(step=RunStep.GATE, text=f"{text} {clause['note']}".strip()[:500])
