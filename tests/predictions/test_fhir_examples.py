"""HL7's own examples of R4: each is read, and each that is about a known patient is stored and reads back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clinical.models import CareUnit
from config.environment import ROOT
from predictions.fhir import r4
from tests.doors import EhrCaller, client_with

EXAMPLES = ROOT / "var/fhir_examples/node_modules/hl7.fhir.r4.examples"
READ = ("Patient", "Encounter", "Condition", "MedicationRequest", "Observation", "Procedure", "RiskAssessment", "Device",
        "Task", "AuditEvent", "Provenance")  # fmt: skip
# all but those about a group, a device, a place, or a patient or stay of whom there is no example
STORED = {"Patient": 22, "Encounter": 8, "Condition": 12, "MedicationRequest": 40, "Observation": 40, "Procedure": 14}
# inpatients without a visit number, or without an admission: no stay, and never a silent one
LACKING = {"/fhir/Encounter/emerg", "/fhir/Encounter/example"}

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="npm was not there to fetch HL7's examples; see bin/test")


def _examples(name: str) -> list[Path]:
    return sorted(EXAMPLES.glob(f"{name}-*.json"))


def _told(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text())
    return told


@pytest.mark.parametrize("name", READ)
def test_every_official_example_is_read(name: str) -> None:
    files = _examples(name)
    assert files
    for file in files:
        assert r4.checked(_told(file), place=name, types=READ)["resourceType"] == name


def test_examples_of_known_patients_are_stored_and_read_back(cardiology: CareUnit) -> None:
    caller = client_with("system/*.rs", "system/*.cu", unit=cardiology)
    stored = {name: sum(_is_stored(caller, _told(file)) for file in _examples(name)) for name in r4.TAKEN}
    assert stored == STORED


def _is_stored(caller: EhrCaller, example: dict[str, Any]) -> bool:
    address = f"/fhir/{example['resourceType']}/{example['id']}"
    answer = caller.put(address, example, format="json")
    if answer.status_code not in {200, 201}:
        assert answer.status_code == 422, (address, answer.json())
        issues = answer.json()["issue"]
        assert {issue["code"] for issue in issues} == {"not-found"} or address in LACKING, (address, issues)
        assert all(issue["expression"] for issue in issues)
        return False
    told = caller.get(address)
    assert told.status_code == 200, (address, told.json())
    assert {**told.json(), "meta": None} == {**r4.without_narrative(example), "meta": None}, address
    return True
