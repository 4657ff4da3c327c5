"""FHIR's bulk import: files in any order, refused lines with their numbers, the same file again without a change."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clinical.access import scope_of_the_system
from clinical.models import CareUnit, EhrClient, Encounter
from predictions.batch import score_waiting
from predictions.models import ModelVersion, Prediction
from tests.doors import client_with
from tests.predictions import fhir_world as world

Import = Callable[..., str]


@pytest.fixture
def run(cardiology: CareUnit) -> Import:
    client_with("system/*.c", unit=cardiology)
    name = EhrClient.objects.get().name

    def running(*arguments: str) -> str:
        said = io.StringIO()
        try:
            call_command("import_fhir", *arguments, "--client", name, stdout=said)
        except CommandError as error:
            return f"{said.getvalue()}{error}"
        return said.getvalue()

    return running


def lines(path: Path, *resources: dict[str, Any] | str) -> str:
    told = (one if isinstance(one, str) else json.dumps(one) for one in resources)
    path.write_text("".join(f"{line}\n" for line in told))
    return str(path)


def of(resource: dict[str, Any], resource_id: str) -> dict[str, Any]:
    text = json.dumps({**resource, "id": resource_id})
    told: dict[str, Any] = json.loads(text.replace("urn:uuid:p", "Patient/p1").replace("urn:uuid:e", "Encounter/e1"))
    return told


@pytest.fixture
def export(tmp_path: Path) -> list[str]:
    """What is about a stay comes before it, and the stay before its patient."""
    about = [
        of(world.condition("428.0"), "c1"),
        of(world.medication("5856"), "m1"),
        of(world.laboratory("4548-4", 8.4, "%"), "o1"),
    ]
    return [
        lines(tmp_path / "Condition.ndjson", *about),
        lines(tmp_path / "Encounter.ndjson", of(world.ENCOUNTER, "e1")),
        lines(tmp_path / "Patient.ndjson", of(world.PATIENT, "p1")),
    ]


def test_files_in_any_order_become_a_scored_stay(run: Import, export: list[str], version: ModelVersion) -> None:
    assert "5 new, 0 changed, 0 unchanged; 0 refused" in run(*export)
    with scope_of_the_system():
        stay = Encounter.objects.get()
    assert (stay.source_id, stay.diagnosis_1, stay.drugs, stay.a1c_result) == (
        "V-9001",
        "428.0",
        {"insulin": "steady"},
        "over_8",
    )
    score_waiting(most=10)
    with scope_of_the_system():
        assert Prediction.objects.get().encounter_id == stay.pk


def test_the_same_files_again_change_nothing(run: Import, export: list[str]) -> None:
    run(*export)
    assert "0 new, 0 changed, 5 unchanged; 0 refused" in run(*export)
    with scope_of_the_system():
        assert Encounter.objects.get().version == 4  # the stay, and three things about it


def test_a_refused_line_is_told_with_its_number_and_leaves_the_others(run: Import, tmp_path: Path) -> None:
    unborn = {**of(world.PATIENT, "p2"), "birthDate": "tomorrow"}
    twice = '{"resourceType": "Patient", "resourceType": "Encounter"}'
    told = {"resourceType": "Group", "id": "g"}
    file = lines(tmp_path / "all.ndjson", of(world.ENCOUNTER, "e1"), unborn, twice, "", told, "{", of(world.PATIENT, "p1"))
    outcomes = tmp_path / "refused.ndjson"
    said = run(file, "--refused", str(outcomes))
    assert "2 new" in said
    assert "4 lines were refused" in said
    refused = [json.loads(line) for line in outcomes.read_text().splitlines()]
    numbers = sorted(one["issue"][0]["diagnostics"].partition(":")[0] for one in refused)
    assert numbers == [f"all.ndjson, line {number}" for number in (2, 3, 5, 6)]
    assert {one["resourceType"] for one in refused} == {"OperationOutcome"}


def test_a_line_without_end_is_refused_and_the_next_is_read(run: Import, tmp_path: Path) -> None:
    long = json.dumps({**world.PATIENT, "id": "p9", "language": "x" * 3_000_000})
    said = run(lines(tmp_path / "long.ndjson", long, of(world.PATIENT, "p1")))
    assert "line 1: is longer than" in said
    assert "1 new" in said


def test_a_type_that_the_client_may_not_send_is_not_taken(cardiology: CareUnit, export: list[str]) -> None:
    client_with("system/Patient.c", unit=cardiology)
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_fhir", *export, "--client", EhrClient.objects.get().name, stdout=said)
    with scope_of_the_system():
        assert Encounter.objects.count() == 0
