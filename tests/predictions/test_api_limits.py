"""The limits that the published schema tells are the ones that the verbs behind it hold: neither can change alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from clinical.intake.checking import ATTRIBUTE_CHECKS, faults_of
from clinical.intake.facts import PatientFacts, StayReport
from predictions.api.describing import Problem
from predictions.api.examples import ENCOUNTER
from predictions.api.reading import asked
from predictions.api.schema import schema
from predictions.api.shapes.facts import EncounterFacts

PATIENT = PatientFacts("MRN-1", "Okafor", "Miriam", date(1951, 4, 2), "female")
STAY = StayReport(PATIENT, "V-1", "CARD", datetime(2026, 11, 2, tzinfo=UTC))
FOLLOWS = {"age_band", "sex"}  # told by the times and by the patient


def members(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema()["components"]["schemas"][name]["properties"]
    return {member: plain(part) for member, part in found.items()}


def plain(part: dict[str, Any]) -> dict[str, Any]:
    """What may stand there beside null, with its list of codes."""
    (kind,) = [kind for kind in part.get("anyOf", [part]) if kind.get("type") != "null"]
    name = kind.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema()["components"]["schemas"][name] if name else kind
    return found


def attributes() -> dict[str, dict[str, Any]]:
    own = {"patient", "visit_number", "unit", "admitted_at", "discharged_at", "told_at"}
    return {name: part for name, part in members("EncounterFacts").items() if name not in own}


def test_every_fact_that_is_kept_can_be_told() -> None:
    assert set(attributes()) == set(ATTRIBUTE_CHECKS) - FOLLOWS


@pytest.mark.parametrize("name", [name for name, part in attributes().items() if "maximum" in part])
def test_counts_have_the_same_bounds(name: str) -> None:
    part, check = attributes()[name], ATTRIBUTE_CHECKS[name]
    assert check(part["minimum"]) == check(part["maximum"]) == ""
    assert check(part["minimum"] - 1) == check(part["maximum"] + 1) != ""


@pytest.mark.parametrize("name", [name for name, part in attributes().items() if "maxLength" in part])
def test_texts_have_the_same_lengths(name: str) -> None:
    most, check = attributes()[name]["maxLength"], ATTRIBUTE_CHECKS[name]
    assert check("x" * most) == ""
    assert check("x" * (most + 1)) != ""


@pytest.mark.parametrize("name", [name for name, part in attributes().items() if "enum" in part])
def test_codes_are_the_same(name: str) -> None:
    codes, check = attributes()[name]["enum"], ATTRIBUTE_CHECKS[name]
    assert [code for code in codes if check(code)] == []
    refusal = check("no such code")
    assert refusal.count(", ") - (", ''" in refusal or "''," in refusal) == len(codes) - 1, "a code that is kept cannot be told"


@pytest.mark.parametrize(
    ("code", "is_one"),
    [("428", True), ("250.02", True), ("V58", True), ("E885.9", True), ("25", False), ("250.123", False), ("E88", False)],
)
def test_diagnoses_have_the_same_form(code: str, is_one: bool) -> None:  # noqa: FBT001  a table's column
    import re  # noqa: PLC0415  for this one

    told = re.fullmatch(attributes()["diagnosis_1"]["pattern"], code) is not None
    assert (told, ATTRIBUTE_CHECKS["diagnosis_1"](code) == "") == (is_one, is_one)


@pytest.mark.parametrize("name", ["medical_record_number", "family_name", "given_name"])
def test_the_patients_texts_have_the_same_lengths(name: str) -> None:
    most = members("PatientFacts")[name]["maxLength"]
    for length, fields in ((most, []), (most + 1, [name])):
        report = replace(STAY, patient=replace(PATIENT, **{name: "x" * length}))
        assert [fault.field for fault in faults_of(report, is_new=True)] == fields


def test_the_visits_number_has_the_same_length() -> None:
    most = members("EncounterFacts")["visit_number"]["maxLength"]
    for length, fields in ((most, []), (most + 1, ["visit_number"])):
        assert [fault.field for fault in faults_of(replace(STAY, visit_number="x" * length), is_new=True)] == fields


def test_the_schemas_examples_are_what_its_doors_take_and_tell() -> None:
    asked(EncounterFacts, ENCOUNTER)
    refusals = schema()["components"]["schemas"]["Problem"]["examples"]
    assert [Problem.model_validate(refusal).code for refusal in refusals] == ["shape_refused"]
