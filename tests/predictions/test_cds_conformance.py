"""CDS Hooks 2.0, requirement by requirement: docs/cds-hooks-requirements.csv names the test of each, or why there is none."""

from __future__ import annotations

import csv
import importlib
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from clinical.models import CareUnit, Encounter, User
from clinical.models.follow_up import FollowUpKind
from config.environment import ROOT
from predictions.cds import wording
from predictions.cds.codes import HL7_REASONS
from predictions.encounter_page import Risk, told
from predictions.models import FeatureSchema, ModelVersion, Prediction
from tests.predictions.cds_client import SERVICE, CdsClient, call_about, cds_client_on
from tests.predictions.scored import BANDS, BASE, DEFINITION, NOW, VALUES, not_scored, scored

TRACED = ROOT / "docs" / "cds-hooks-requirements.csv"
REQUIREMENTS = 91
ORIGIN = "https://ehr.hospital.test"


@pytest.fixture
def ehr(cardiology: CareUnit) -> CdsClient:
    return cds_client_on(cardiology)


@pytest.fixture
def ehr_client(ehr: CdsClient) -> User:
    return ehr.user


@pytest.fixture
def card(ehr: CdsClient, encounter: Encounter, settings: Settings) -> dict[str, Any]:
    """A card with everything that a card can bear."""
    settings.SMART_ISSUERS = {ORIGIN: "wardlight"}
    scored(encounter, 0.35)
    (card,) = ehr.cards(encounter)
    return card


# --- the trace itself --------------------------------------------------------------------------------------------------------


def rows() -> list[dict[str, str]]:
    with Path(TRACED).open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_requirement_is_traced_once() -> None:
    numbers = [int(row["id"]) for row in rows()]
    assert len(numbers) == len(set(numbers)) == REQUIREMENTS
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_a_traced_requirement_has_a_test_that_exists_or_a_reason(row: dict[str, str]) -> None:
    assert bool(row["test"]) != bool(row["reason"])
    for node in row["test"].split():
        file, name = node.split("::")
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        assert callable(getattr(module, name)), node


# --- discovery ---------------------------------------------------------------------------------------------------------------


def test_discovery_lists_what_is_needed_to_call(ehr: CdsClient) -> None:
    answer = ehr.get("/cds-services")
    assert answer.status_code == 200
    listed = answer.json()["services"]
    assert isinstance(listed, list)
    for service in listed:
        assert all(isinstance(service[name], str) and service[name] for name in ("hook", "id", "description", "title"))


def test_both_hooks_bear_one_id_so_that_the_newer_card_takes_the_place_of_the_older(ehr: CdsClient) -> None:
    listed = ehr.get().json()["services"]
    assert [(one["id"], one["hook"]) for one in listed] == [
        ("readmission-30d", "patient-view"),
        ("readmission-30d", "encounter-discharge"),
    ]


def test_prefetch_templates_ask_for_what_every_client_can_do(ehr: CdsClient) -> None:
    """Reads by id, or searches by reference with _count and _sort; tokens are members of the context and nothing else."""
    token = r"\{\{context\.(patientId|encounterId)\}\}"
    read = re.compile(rf"(Patient|Encounter)/{token}")
    search = re.compile(
        rf"[A-Z][A-Za-z]+\?(patient|encounter)={token}(&((patient|encounter)={token}|category=laboratory|_count=\d+|_sort=-?[a-z]+))*"
    )
    for service in ehr.get().json()["services"]:
        for key, template in service["prefetch"].items():
            assert re.fullmatch(r"[a-z-]+", key)
            assert read.fullmatch(template) or search.fullmatch(template), template


def test_a_service_answers_at_its_own_id(ehr: CdsClient, encounter: Encounter) -> None:
    scored(encounter, 0.3)
    for service in ehr.get().json()["services"]:
        answer = ehr.post(f"/cds-services/{service['id']}", call_about(encounter, hook=service["hook"]))
        assert answer.status_code == 200
        assert len(answer.json()["cards"]) == 1


# --- answers -----------------------------------------------------------------------------------------------------------------


def test_every_answer_is_json(ehr: CdsClient, encounter: Encounter) -> None:
    scored(encounter, 0.3)
    answers = [ehr.get(), ehr.call(encounter), ehr.call(encounter, hook="x"), ehr.post("/cds-services/x", {})]
    assert [answer["Content-Type"] for answer in answers] == [
        "application/json",
        "application/json",
        "application/problem+json",
        "application/problem+json",
    ]


def test_no_member_of_an_answer_is_null_or_empty(ehr: CdsClient, card: dict[str, Any]) -> None:
    for value in members([card, ehr.get().json()]):
        assert value not in (None, "", [], {})


def members(value: Any) -> Iterator[Any]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from members(one)


def test_an_answer_holds_cards_and_no_action_that_nobody_chose(ehr: CdsClient, encounter: Encounter) -> None:
    scored(encounter, 0.3)
    assert set(ehr.call(encounter).json()) == {"cards"}


def test_data_that_the_client_could_not_fetch_are_told_by_name(ehr: CdsClient, encounter: Encounter) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    unknown = {"encounterId": "unknown", "patientId": "unknown"}
    answer = ehr.call(encounter, context=unknown, prefetch={"encounter": outcome})
    assert answer.status_code == 412
    assert "could not fetch: encounter" in answer.json()["detail"]


# --- cards -------------------------------------------------------------------------------------------------------------------


def test_a_card_has_its_members_of_the_right_kind(card: dict[str, Any]) -> None:
    assert str(UUID(card["uuid"])) == card["uuid"]
    for name in ("summary", "detail", "indicator", "selectionBehavior"):
        assert isinstance(card[name], str)
    for name in ("suggestions", "overrideReasons", "links"):
        assert isinstance(card[name], list)
        assert card[name]


@pytest.mark.parametrize(("risk", "indicator"), [(0.12, "info"), (0.25, "warning"), (0.35, "warning"), (0.9, "warning")])
def test_urgency_follows_the_band_and_never_reaches_critical(
    ehr: CdsClient, encounter: Encounter, risk: float, indicator: str
) -> None:
    scored(encounter, risk)
    assert ehr.cards(encounter)[0]["indicator"] == indicator


def risk_of(probability: float, low: float, high: float, band: str) -> Risk:
    return told(
        Prediction(
            model_version=ModelVersion(name="readmission-30d", number=12_345, bands=BANDS),
            feature_schema=FeatureSchema(definition=DEFINITION),
            feature_values=VALUES,
            factors=[0.08, -0.01, probability - BASE - 0.07, 0.0],
            base_probability=BASE,
            risk_probability=probability,
            risk_low=low,
            risk_high=high,
            band=band,
            as_of=NOW,
            scored_at=NOW,
        )
    )


chances = st.floats(min_value=0, max_value=1, allow_nan=False)


@given(st.tuples(chances, chances, chances), st.sampled_from([str(band["name"]) for band in BANDS] + ["of another model"]))
def test_a_summary_is_shorter_than_140_characters_whatever_the_risk(found: tuple[float, float, float], band: str) -> None:
    low, probability, high = sorted(found)
    risk = risk_of(probability, low, high, band)
    assert 0 < len(wording.summary(risk)) < 140
    assert "of 100 patients like this" in wording.summary(risk)
    assert "not causal" in wording.detail(risk)


@given(st.text(min_size=1, max_size=160))
def test_a_summary_is_shorter_than_140_characters_whatever_the_reason(reason: str) -> None:
    line = wording.summary_without_score(reason)
    assert len(line) < 140
    assert "\n" not in line


def test_the_detail_says_whom_the_figure_is_about_how_sure_it_is_and_what_is_not_seen(card: dict[str, Any]) -> None:
    detail = card["detail"]
    for said in ("Of 100 patients like this", "95 % interval", "within 30 days", "not causal", "cannot see", "had never seen"):
        assert said in detail
    assert not re.search(r"\d\.\d", detail), "no decimals that the model cannot mean"


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [("[x](https://evil.test)", r"\[x\](https\://evil.test)"), ("![x](y)", r"!\[x\](y)"), ("<b>", r"\<b\>"), ("a|b", r"a\|b"),
     ("www.evil.test", r"www\.evil.test"), ("# x", r"\# x"), ("a\n\nb", "a b"), ("_*`~", r"\_\*\`\~")],
)  # fmt: skip
def test_what_comes_from_the_record_is_no_markup(recorded: str, shown: str) -> None:
    assert wording.escaped(recorded) == shown


def test_the_source_names_us_with_absolute_addresses_and_leads_to_no_patient(
    card: dict[str, Any], encounter: Encounter
) -> None:
    source = card["source"]
    assert isinstance(source["label"], str)
    assert all(source[name].startswith("http://testserver/") for name in ("url", "icon"))
    assert str(encounter.public_id) not in source["url"]
    assert set(source["topic"]) == {"system", "code", "display"}


def test_the_icon_is_a_png_of_100_pixels_without_transparency() -> None:
    data = Path(str(finders.find("images/card-100.png"))).read_bytes()
    width, height, _depth, colour = struct.unpack(">IIBB", data[16:26])
    assert (data[:8], width, height, colour) == (b"\x89PNG\r\n\x1a\n", 100, 100, 2)
    assert b"tRNS" not in data


def test_suggestions_are_many_of_which_any_may_be_taken(card: dict[str, Any]) -> None:
    assert card["selectionBehavior"] == "any"
    for suggestion in card["suggestions"]:
        assert isinstance(suggestion["label"], str)
        assert str(UUID(suggestion["uuid"])) == suggestion["uuid"]
        assert isinstance(suggestion["isRecommended"], bool)
        assert len(suggestion["actions"]) == 1
    recommended = [one["label"] for one in card["suggestions"] if one["isRecommended"]]
    assert recommended == ["Plan a phone call after discharge", "Plan a follow-up appointment"]


def test_a_card_without_suggestions_has_no_selection(ehr: CdsClient, encounter: Encounter) -> None:
    not_scored(encounter)
    (card,) = ehr.cards(encounter)
    assert not {"suggestions", "selectionBehavior", "overrideReasons"} & set(card)


def test_an_action_creates_a_task_for_the_patient_of_the_call(card: dict[str, Any], encounter: Encounter) -> None:
    for suggestion, kind in zip(card["suggestions"], FollowUpKind, strict=False):
        (action,) = suggestion["actions"]
        assert set(action) == {"type", "description", "resource"}
        task = action["resource"]
        assert (action["type"], task["resourceType"], task["intent"]) == ("create", "Task", "proposal")
        assert task["code"]["coding"][0]["code"] == kind
        assert task["for"] == {"reference": f"Patient/{encounter.patient.medical_record_number}"}
        assert task["encounter"] == {"reference": f"Encounter/{encounter.public_id}"}
        assert task["identifier"][0]["value"] == suggestion["uuid"]


def test_each_override_reason_is_coded_and_readable(card: dict[str, Any]) -> None:
    reasons = card["overrideReasons"]
    assert all(set(reason) == {"system", "code", "display"} for reason in reasons)
    assert all(isinstance(value, str) and value for reason in reasons for value in reason.values())
    codes = {reason["code"] for reason in reasons}
    assert {"planned-readmission", "palliative-goals", "already-arranged"} < codes
    assert {reason["system"] for reason in reasons} >= {HL7_REASONS}


def test_links_are_absolute_and_only_a_smart_one_carries_context(card: dict[str, Any], encounter: Encounter) -> None:
    absolute, smart = card["links"]
    assert (absolute["type"], smart["type"]) == ("absolute", "smart")
    assert absolute["url"] == f"http://testserver/encounters/{encounter.public_id}/"
    assert smart["url"] == "http://testserver/smart/launch"
    assert set(absolute) == {"label", "url", "type"}
    assert smart["appContext"] == f'{{"card":"{card["uuid"]}"}}'
    assert all(isinstance(link["label"], str) for link in (absolute, smart))


def test_without_an_ehr_that_may_launch_there_is_no_smart_link(ehr: CdsClient, encounter: Encounter) -> None:
    scored(encounter, 0.3)
    assert [link["type"] for link in ehr.cards(encounter)[0]["links"]] == ["absolute"]


def test_links_lead_to_the_pages_and_not_to_the_door_that_was_called(
    ehr: CdsClient, encounter: Encounter, settings: Settings
) -> None:
    settings.PUBLIC_ADDRESS = "https://wardlight.hospital.test"
    scored(encounter, 0.3)
    (card,) = ehr.cards(encounter)
    found = [card["links"][0]["url"], card["source"]["url"], card["source"]["icon"]]
    assert all(address.startswith("https://wardlight.hospital.test/") for address in found)


def test_what_was_already_arranged_is_not_suggested_again(ehr: CdsClient, encounter: Encounter) -> None:
    scored(encounter, 0.3)
    (card,) = ehr.cards(encounter)
    told = {"card": card["uuid"], "outcome": "accepted", "outcomeTimestamp": "2026-11-20T10:05:31Z"}
    ehr.feedback({**told, "acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}]})
    (again,) = ehr.cards(encounter)
    assert "Plan a phone call after discharge" not in [one["label"] for one in again["suggestions"]]


# --- browsers ----------------------------------------------------------------------------------------------------------------

Ask = Callable[[str, str], Any]


@pytest.fixture
def preflight(client: Client, settings: Settings, db: None) -> Ask:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]

    def ask(path: str, origin: str) -> Any:
        asked = {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        return client.options(path, headers=asked)

    return ask


@pytest.mark.parametrize("path", ["/cds-services", SERVICE, f"{SERVICE}/feedback"])
def test_a_listed_origin_may_ask_from_a_browser(preflight: Ask, path: str) -> None:
    answer = preflight(path, ORIGIN)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert "authorization" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    ("path", "origin"), [("/cds-services", "https://evil.test"), ("/worklist/", ORIGIN), ("/fhir/Patient", ORIGIN)]
)
def test_another_origin_or_another_door_is_shut_to_browsers(preflight: Ask, path: str, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(path, origin)
