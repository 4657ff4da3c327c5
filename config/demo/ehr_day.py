"""An EHR's day, walked through in the running demonstration: it signs in as a system, tells of a stay, is given a score, a
card and a risk assessment, tells what was done and what became of it, and reads the whole story back.
"""

from __future__ import annotations

import json
import urllib.parse
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from clinical import demo_ehr
from config.demo.browser import Browser
from config.demo.walking import expect
from mlops.conformance.asking import Answer, Caller

CREATED, OK = 201, 200
SERVICE = "/cds-services/readmission-30d"
# a stay that is not of the low band: cards are silent there
STAY: dict[str, Any] = {
    "race": "caucasian",
    "medical_specialty": "InternalMedicine",
    "admission_type": 1,
    "admission_source": 7,
    "discharge_disposition": 3,
    "lab_procedures_count": 61,
    "procedures_count": 2,
    "medications_count": 24,
    "outpatient_visits_prior_year": 1,
    "emergency_visits_prior_year": 3,
    "inpatient_stays_prior_year": 5,
    "diagnoses_count": 9,
    "diagnosis_1": "428",
    "diagnosis_2": "250.83",
    "diagnosis_3": "585",
    "a1c_result": "over_8",
    "drugs": {"insulin": "up"},
}


@dataclass
class EhrDay:
    """One walk; later checks use what earlier ones found."""

    address: str
    api: str
    nurse: Browser
    caller: Caller = field(init=False)
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    unit: str = ""
    stay: dict[str, Any] = field(default_factory=dict)
    encounter: str = ""
    prediction: str = ""
    card: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.caller = Caller(self.api)

    @property
    def checks(self) -> list[Callable[[], str]]:
        return [
            self.a_system_gets_a_token_and_a_stranger_gets_none,
            self.a_stay_is_told_scored_and_explained_in_one_answer,
            self.the_same_message_again_changes_nothing,
            self.what_is_wrong_is_named_and_nothing_is_kept,
            self.fhir_tells_the_risk_in_percent,
            self.a_card_is_given_at_discharge,
            self.what_was_accepted_is_a_follow_up_on_the_nurses_page,
            self.the_outcome_waits_until_it_can_be_known,
            self.the_story_is_told_on_one_trace_id,
        ]

    def a_system_gets_a_token_and_a_stranger_gets_none(self) -> str:
        refused = self._token("nobody", "nothing")
        expect(refused.status in {400, 401}, f"a stranger was answered {refused.status}")
        granted = self._token(demo_ehr.CLIENT_ID, demo_ehr.CLIENT_SECRET)
        expect(granted.status == OK, f"the client was answered {granted.status}")
        self.caller = Caller(self.api, str(granted.at("access_token")))
        return f"a token for {granted.at('expires_in')} s"

    def a_stay_is_told_scored_and_explained_in_one_answer(self) -> str:
        listed = self._get("/api/v1/encounters?limit=1")
        self.unit = str(listed.at("items/0/unit") or listed.at("results/0/unit"))
        now = datetime.now(UTC).replace(microsecond=0)
        self.stay = STAY | {
            "patient": {
                "medical_record_number": f"DAY-{self.run}", "family_name": "Fictitious", "given_name": "Ada",
                "birth_date": "1944-02-29", "sex": "female",
            },
            "visit_number": f"DAY-{self.run}-1", "unit": self.unit,
            "admitted_at": (now - timedelta(days=6)).isoformat(), "discharged_at": (now - timedelta(minutes=5)).isoformat(),
        }  # fmt: skip
        answer = self._post("/api/v1/encounters", self.stay)
        expect(answer.status == CREATED, f"answered {answer.status}: {answer.body[:300]!r}")
        self.encounter, self.prediction = str(answer.at("encounter/id")), str(answer.at("prediction/id"))
        expect(answer.at("main_reasons/0"), "no reason is given")
        return f"{answer.at('prediction/in_words')} ({answer.duration_ms:.0f} ms)"

    def the_same_message_again_changes_nothing(self) -> str:
        answer = self._post("/api/v1/encounters", self.stay)
        expect(answer.status == OK and answer.at("prediction/id") == self.prediction, f"answered {answer.status}")
        return "the same stay, the same score"

    def what_is_wrong_is_named_and_nothing_is_kept(self) -> str:
        wrong = self.stay | {"visit_number": f"DAY-{self.run}-2", "medications_count": -3, "diagnosis_1": "hello"}
        answer = self._post("/api/v1/encounters", wrong)
        expect(400 <= answer.status < 500, f"answered {answer.status}")  # noqa: PLR2004  HTTP
        for name in ("medications_count", "diagnosis_1"):
            expect(name in answer.body.decode(), f"{name} is not named")
        return f"{answer.status}, both fields named"

    def fhir_tells_the_risk_in_percent(self) -> str:
        answer = self._get(f"/fhir/RiskAssessment?identifier={self.prediction}")
        percent = answer.at("entry/0/resource/prediction/0/probabilityDecimal")
        expect(isinstance(percent, int | float) and 0 < percent <= 100, f"answered {answer.status}, {percent}")  # noqa: PLR2004  percent
        return f"{percent} %"

    def a_card_is_given_at_discharge(self) -> str:
        found = self._signed("GET", "/cds-services", None)
        expect(found.status == OK and found.at("services/0/id"), f"discovery answered {found.status}")
        context = {"userId": "Practitioner/demo", "patientId": f"DAY-{self.run}", "encounterId": f"DAY-{self.run}-1"}
        call = {"hook": "encounter-discharge", "hookInstance": str(uuid.uuid4()), "context": context}
        answer = self._signed("POST", SERVICE, call)
        expect(answer.status == OK, f"answered {answer.status}: {answer.body[:300]!r}")
        self.card = answer.at("cards/0") or {}
        expect(self.card.get("suggestions"), "the card suggests nothing")
        return str(self.card["summary"])

    def what_was_accepted_is_a_follow_up_on_the_nurses_page(self) -> str:
        suggestion = self.card["suggestions"][0]
        told = {
            "card": self.card["uuid"], "outcome": "accepted", "acceptedSuggestions": [{"id": suggestion["uuid"]}],
            "outcomeTimestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        }  # fmt: skip
        answer = self._signed("POST", f"{SERVICE}/feedback", {"feedback": [told]})
        expect(answer.status == OK, f"answered {answer.status}: {answer.body[:300]!r}")
        page = self.nurse.open(f"/encounters/{self.encounter}/")
        expect(page.status == OK, f"the nurse's page answered {page.status}")
        expect("FICTITIOUS, Ada" in page.text, "the page is another patient's")
        history = page.text.partition("Follow-up history")[2]
        expect("Planned" in history, "the accepted suggestion is not in the history")
        return f"{suggestion['label']}: planned"

    def the_outcome_waits_until_it_can_be_known(self) -> str:
        body = json.dumps({"readmission": "within_30"}).encode()
        path = f"/api/v1/encounters/{self.encounter}/outcome"
        answer = self.caller.ask("PUT", path, body, {"Content-Type": "application/json"})
        expect(answer.status in {OK, CREATED}, f"answered {answer.status}: {answer.body[:300]!r}")
        page = self.nurse.open(f"/encounters/{self.encounter}/")
        expect("not yet known" in page.text.lower(), "an unripe outcome is shown as known")
        return "kept, and not counted before its time"

    def the_story_is_told_on_one_trace_id(self) -> str:
        answer = self._get(f"/api/v1/predictions/{self.prediction}/story")
        expect(answer.status == OK, f"answered {answer.status}")
        told = answer.body.decode()
        for part in (self.card["uuid"], "accepted"):
            expect(part in told, f"{part} is not in the story")
        return "score, card, feedback, follow-up, outcome"

    def _token(self, client: str, secret: str) -> Answer:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        body = urllib.parse.urlencode(form).encode()
        return Caller(self.api).ask("POST", "/oauth/token", body, {"Content-Type": "application/x-www-form-urlencoded"})

    def _signed(self, method: str, path: str, body: dict[str, Any] | None) -> Answer:
        """As CDS Hooks has it: a statement of its own for each call."""
        data = None if body is None else json.dumps(body).encode()
        caller = Caller(self.api, demo_ehr.signed(self.api + path))
        return caller.ask(method, path, data, {"Content-Type": "application/json"})

    def _get(self, path: str) -> Answer:
        return self.caller.ask("GET", path, None, {})

    def _post(self, path: str, body: dict[str, Any]) -> Answer:
        return self.caller.ask("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})
