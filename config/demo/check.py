"""`bin/demo --check`: walks the running demonstration as each role would, over HTTP, and says what it saw, a line a check."""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field

from config.demo.browser import Browser
from config.demo.ehr_day import EhrDay
from config.demo.model_life import ModelLife
from config.demo.walking import CheckFailedError, expect, last_line_of, run, sign_in

WORKER_SECONDS = 60


@dataclass
class Walk:
    """One walk through the demonstration at `address`; later checks use what earlier ones found."""

    address: str
    synthetic: bool
    api: str = ""
    encounter_path: str = ""
    risks: list[int] = field(default_factory=list)
    nurse: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.nurse = Browser(self.address)

    def encounter_id(self) -> str:
        return self.encounter_path.strip("/").split("/")[-1]

    def liveness_and_readiness(self) -> str:
        for path, status in (("/health/live", "alive"), ("/health/ready", "ready")):
            page = Browser(self.address).open(path)
            expect(page.status == 200 and json.loads(page.html)["status"] == status, f"{path} says {page.html[:200]}")  # noqa: PLR2004  HTTP
        return "alive and ready"

    def strangers_are_asked_to_sign_in(self) -> str:
        for path in ("/", "/worklist/", "/audit/", "/admin/"):
            page = Browser(self.address).open(path)
            expect("/accounts/login/" in page.url, f"{path} led a stranger to {page.url}")
        return "every page asks for a sign-in"

    def a_wrong_password_is_refused(self) -> str:
        stranger = Browser(self.address)
        page = stranger.open("/accounts/login/")
        page = stranger.submit(page, page.form_with("login"), login="nobody-of-this-name", password="wrong")  # noqa: S106  not one
        expect("/accounts/login/" in page.url and "worklist" not in page.url, "a stranger got in")
        return "the sign-in stays shut"

    def the_nurse_signs_in_with_two_factors(self) -> str:
        page = sign_in(self.nurse, "nurse")
        expect(page.url.endswith("/worklist/"), f"landed on {page.url}")
        return "password, one-time code, worklist"

    def the_worklist_is_ranked(self) -> str:
        page = self.nurse.open("/worklist/")
        paths = list(dict.fromkeys(link for link in page.links if re.fullmatch(r"/encounters/[0-9a-f-]{36}/", link)))
        self.risks = [int(risk) for risk in re.findall(r"(\d+) of 100", page.text)]
        expect(len(paths) >= 5, f"{len(paths)} encounters on the list")  # noqa: PLR2004  a ward has more than a handful
        expect(self.risks == sorted(self.risks, reverse=True), f"the list is not ranked: {self.risks[:20]}")
        expect("Not for the care of any patient" in page.text, "the page does not say what kind of data this is")
        expect(("Synthetic cohort" in page.text) == self.synthetic, "the page names the wrong kind of data")
        self.encounter_path = paths[0]
        return f"{len(paths)} encounters, from {self.risks[0]} to {self.risks[-1]} of 100"

    def the_encounter_says_why(self) -> str:
        page = self.nurse.open(self.encounter_path)
        for words in ("Of 100 patients", "within 30 days", "fictitious"):
            expect(words in page.text, f"{words!r} is not on the page")
        expect("<svg" in page.html, "there is no chart")
        expect(re.search(r"cannot see|does not (see|know)", page.text), "what the score cannot see is not said")
        return "risk in natural frequency, factors, chart, limits"

    def what_she_did_is_in_the_history(self) -> str:
        page = self.nurse.open(self.encounter_path)
        note = f"walked through at {time.time():.0f}"
        page = self.nurse.submit(page, page.form_with("kind"), kind="phone_call", state="done", note=note)
        expect(page.status == 200, f"recording answered {page.status}")  # noqa: PLR2004  HTTP
        expect(note in self.nurse.open(self.encounter_path).text, "the follow-up is not in the history")
        return "a phone call is recorded and shown"

    def a_nurse_of_other_units_finds_nothing(self) -> str:
        other = Browser(self.address)
        sign_in(other, "nurse2")
        foreign, missing = other.open(self.encounter_path), other.open("/encounters/00000000-0000-4000-8000-000000000000/")
        expect(foreign.status == missing.status == 404, f"{foreign.status} and {missing.status}")  # noqa: PLR2004  HTTP
        return "404, as for a patient who does not exist"

    def the_auditor_sees_that_she_looked(self) -> str:
        auditor = Browser(self.address)
        sign_in(auditor, "auditor")
        subject = self.encounter_id()
        page = auditor.open("/audit/?" + urllib.parse.urlencode({"subject": subject}))
        for words in ("nurse", "encounter.viewed", "follow_up.recorded", subject):
            expect(words in page.text, f"{words!r} is not in the log")
        refused = auditor.open(self.encounter_path)
        expect(refused.status == 403, f"the auditor reached a chart: {refused.status}")  # noqa: PLR2004  HTTP
        return "viewed and recorded, with ids; no chart for the auditor"

    def the_nurse_reaches_no_audit_and_no_admin(self) -> str:
        for path in ("/audit/", "/admin/"):
            page = self.nurse.open(path)
            expect(page.status == 403, f"{path} answered {page.status}")  # noqa: PLR2004  HTTP
        return "403"

    def approver_and_administrator_reach_their_own_pages(self) -> str:
        for username in ("approver", "administrator"):
            person = Browser(self.address)
            landed = sign_in(person, username)
            expect(landed.status == 200, f"{username} landed on {landed.url} with {landed.status}")  # noqa: PLR2004  HTTP
            expect(person.open("/worklist/").status == 403, f"{username} sees patients")  # noqa: PLR2004  HTTP
        return "and see no patients"

    def headers_are_strict(self) -> str:
        page = self.nurse.open("/worklist/")
        policy = page.headers.get("content-security-policy", "")
        expect("unsafe" not in policy and "default-src 'none'" in policy, f"policy: {policy}")
        expect(page.headers.get("cache-control") == "no-store", "the page may be kept by a browser")
        return "no inline script, nothing kept"

    def the_audit_chain_is_intact(self) -> str:
        return last_line_of("verify_audit")

    def the_worker_answers(self) -> str:
        deadline = time.monotonic() + WORKER_SECONDS
        while True:
            done = run("-m", "celery", "-A", "config", "inspect", "ping", "--timeout", "3")
            if done.returncode == 0:
                return "pong"
            expect(time.monotonic() < deadline, f"no worker answered in {WORKER_SECONDS} s")


def walk(address: str, *, synthetic: bool, api: str = "") -> int:
    """Every check in order; 0 when all held. `api` is where the processes listen that score."""
    walker = Walk(address, synthetic=synthetic, api=api)
    checks: list[Callable[[], str]] = [
        walker.liveness_and_readiness,
        walker.strangers_are_asked_to_sign_in,
        walker.a_wrong_password_is_refused,
        walker.the_nurse_signs_in_with_two_factors,
        walker.the_worklist_is_ranked,
        walker.the_encounter_says_why,
        walker.what_she_did_is_in_the_history,
        walker.a_nurse_of_other_units_finds_nothing,
        walker.the_auditor_sees_that_she_looked,
        walker.the_nurse_reaches_no_audit_and_no_admin,
        walker.approver_and_administrator_reach_their_own_pages,
        walker.headers_are_strict,
        walker.the_audit_chain_is_intact,
        walker.the_worker_answers,
        *(EhrDay(address, api, walker.nurse).checks if api else ()),
        *(ModelLife(address, api, walker.encounter_id).checks if api else ()),
    ]
    failed = sum(not _held(check) for check in checks)
    sys.stdout.write(f"{len(checks) - failed} passed, {failed} failed\n")
    return 1 if failed else 0


def _held(check: Callable[[], str]) -> bool:
    name = check.__name__.replace("_", " ")
    try:
        sys.stdout.write(f"ok      {name}: {check()}\n")
    except (CheckFailedError, LookupError, OSError, ValueError) as trouble:
        sys.stdout.write(f"FAILED  {name}: {trouble}\n")
        return False
    finally:
        sys.stdout.flush()
    return True
