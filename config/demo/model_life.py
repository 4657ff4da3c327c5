"""The life of a model, walked through in the running demonstration: retrained, refused to its requester, approved by the
second person, served by every process under load, rolled back, and read as one story.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from config.demo.browser import Browser
from config.demo.load import Load
from config.demo.walking import confirmed, expect, last_line_of, output_of, sign_in

RUN_SECONDS = 600
NOTICED_SECONDS = 10
ROLLBACK_SECONDS = 5
REGISTER_SECONDS = 90
OK, NOT_ALLOWED = 200, 409
_VERSION = re.compile(r"/admin/predictions/modelversion/[0-9a-f-]{36}/")
_ENDED = ("Awaiting approval", "Refused by the gate", "Failed", "Cancelled")
WHY_RETRAIN = "Walk-through: a new version of today's data."
WHY_APPROVE = "Walk-through: the evidence was read and holds."
WHY_BACK = "Walk-through: the version before comes back."


@dataclass
class ModelLife:
    """One walk; later checks use what earlier ones found."""

    address: str
    api: str
    encounter: Callable[[], str]
    requester: Browser = field(init=False)
    second: Browser = field(init=False)
    run_url: str = ""
    version_path: str = ""
    number: int = 0

    def __post_init__(self) -> None:
        self.requester, self.second = Browser(self.address), Browser(self.address)

    @property
    def checks(self) -> list[Callable[[], str]]:
        return [
            self.retraining_is_one_button,
            self.the_run_shows_its_steps_and_ends_with_a_candidate,
            self.who_asked_may_not_approve,
            self.the_second_person_approves_and_every_process_serves_it_under_load,
            self.a_rollback_brings_the_version_before_back,
            self.the_whole_story_is_on_one_page,
            self.the_register_agrees,
            self.which_model_scored_is_answered,
        ]

    def retraining_is_one_button(self) -> str:
        sign_in(self.requester, "approver")
        page = self.requester.open("/admin/mlops/trainingrun/start/")
        page = self.requester.submit(page, page.form_with("reason"), reason=WHY_RETRAIN)
        expect(re.search(r"/trainingrun/[0-9a-f-]{36}/", page.url), f"landed on {page.url}: {page.text[:200]}")
        self.run_url = page.url
        return "the run has a page of its own"

    def the_run_shows_its_steps_and_ends_with_a_candidate(self) -> str:
        expect(self.run_url, "there is no run")
        began = time.monotonic()
        while True:
            page = self.requester.open(self.run_url)
            ended = next((state for state in _ENDED if state in page.text), None)
            if ended:
                break
            expect(time.monotonic() - began < RUN_SECONDS, f"not ended after {RUN_SECONDS} s: {page.text[:500]}")
            time.sleep(1)
        expect(ended == "Awaiting approval", f"{ended}: {page.text[:800]}")
        found = _VERSION.search(page.html)
        expect(found is not None, "the run does not lead to its version")
        self.version_path = found.group() if found else ""
        return f"awaiting approval after {time.monotonic() - began:.0f} s"

    def who_asked_may_not_approve(self) -> str:
        page = self.requester.open(self.version_path)
        expect(page.status == OK, f"{self.version_path} answered {page.status}")
        for words in ("Calibration", "Decision", "clause", "seal"):
            expect(words.lower() in page.text.lower(), f"{words!r} is not on the candidate's page")
        expect("asked for" in page.text, "it is not said why this person may not decide")
        refused = False
        try:
            page.form_with("approval-reason")
        except LookupError:
            refused = True
        expect(refused, "the requester is offered the form")
        return "the evidence is shown, the form is not"

    def the_second_person_approves_and_every_process_serves_it_under_load(self) -> str:
        sign_in(self.second, "approver2")
        page = self.second.open(self.version_path)
        with Load(self.api) as load:
            number = re.search(r"readmission-30d v(\d+)", page.text)
            expect(number is not None, "the page does not name the version")
            self.number = int(number.group(1)) if number else 0
            form = page.form_with("approval-reason")
            asked = self.second.submit(page, form, **{"approval-reason": WHY_APPROVE, "approval-promote": "on"})
            expect("/reauthenticate/" in asked.url, "nobody asked who it is that decides")
            page = confirmed(self.second, asked)
            expect(
                page.status == OK and "/story/" in page.url, f"approving led to {page.url} ({page.status}): {page.text[:300]}"
            )
            seconds = load.seconds_until_all_serve(self.number, within=NOTICED_SECONDS)
        expect(seconds is not None, f"not every process served version {self.number} within {NOTICED_SECONDS} s: {load.newest}")
        expect(not load.failed, f"{len(load.failed)} requests failed: {load.failed[:2]}")
        expect(not load.mixed, f"mixed answers: {load.mixed[:2]}")
        return f"{len(load.newest)} processes after {seconds:.1f} s; {load.answered} requests, none failed, none mixed"

    def a_rollback_brings_the_version_before_back(self) -> str:
        with Load(self.api) as load:
            page = self.second.open("/admin/predictions/modelversion/rollback/")
            began = time.monotonic()
            page = confirmed(self.second, self.second.submit(page, page.form_with("reason"), reason=WHY_BACK))
            took = time.monotonic() - began
            expect(page.status == OK and "/story/" in page.url, f"rolling back led to {page.url} ({page.status})")
            number = re.search(r"readmission-30d v(\d+)", page.text)
            before = int(number.group(1)) if number else 0
            expect(0 < before < self.number, f"version {before} came back")
            seconds = load.seconds_until_all_serve(before, within=NOTICED_SECONDS)
        expect(took < ROLLBACK_SECONDS, f"the rollback took {took:.1f} s")
        expect(
            seconds is not None and not load.failed and not load.mixed, f"{load.newest}, {load.failed[:2]}, {load.mixed[:2]}"
        )
        return f"decided in {took:.1f} s, served by all after {seconds:.1f} s more"

    def the_whole_story_is_on_one_page(self) -> str:
        page = self.requester.open(f"{self.version_path}story/")
        for words in (WHY_RETRAIN, WHY_APPROVE, "Dana Kowalski", "Lena Brandt", "Assemble the data", "model.approved"):
            expect(words in page.text, f"{words!r} is not in the story")
        return "data, run, figures, gate, decision, office, processes, log"

    def the_register_agrees(self) -> str:
        """What the worker has not mirrored yet, the first call does."""
        began = time.monotonic()
        while (said := last_line_of("reconcile_register")) != "The register agrees.":
            expect("is empty" not in said, said)
            expect(time.monotonic() - began < REGISTER_SECONDS, said)
        return "MLflow names the versions and aliases that PostgreSQL does"

    def which_model_scored_is_answered(self) -> str:
        said = output_of("which_model", "--encounter", self.encounter(), "--at", datetime.now(UTC).isoformat())
        found = re.search(r"Scored by (readmission-30d v\d+)", said)
        expect(found is not None and "Approved by" in said, said[:600])
        return found.group() if found else ""
