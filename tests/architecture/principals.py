"""Everybody who may knock: one session of each principal of the route matrix, signed in through the real pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import resolve
from django.utils import timezone

from clinical.access import scope_of_the_system
from clinical.clients import registering
from clinical.demo_accounts import totp_code
from clinical.models import CareUnit, EhrCredential, EhrIdentity, Encounter, User
from mlops.incidents import open_incident
from mlops.models import ConformanceReport, Incident, NotificationChannel, ShadowTrial, TrainingRun
from predictions.models import ModelVersion, Upload, UploadFindings, UploadState
from tests.candidates import run_row, version_row, with_evidence
from tests.factories import PASSWORD, CareUnitFactory, clinician, encounter_on, member

STRANGER, HALF_WAY, ENROLLING = "stranger", "half_way", "enrolling"
ALICE, CHARLIE, DANA, FRANK, ERIN, EHR = "alice", "charlie", "dana", "frank", "erin", "ehr"
PRINCIPALS = (STRANGER, HALF_WAY, ENROLLING, ALICE, CHARLIE, DANA, FRANK, ERIN, EHR)
MOST_REDIRECTS = 5
REQUEST_ID = {"x-request-id": "the-same-for-all"}  # it stands on pages, and two of them are to be compared
ONE_HANDLER = ClientHandler(enforce_csrf_checks=False)  # the middleware is made once and not for each of 2,000 requests
# what differs between two readings of one page: the masked form token and the address asked for
OF_THE_MOMENT = re.compile(rb'csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"|name="next" value="[^"]+"')


@dataclass(frozen=True)
class World:
    """One encounter on Alice's unit, one on Charlie's, a candidate, a run that goes on, and everybody's session key."""

    encounter: Encounter
    of_charlies_unit: Encounter
    candidate: ModelVersion
    run: TrainingRun
    trial: ShadowTrial
    incident: Incident
    channel: NotificationChannel
    report: ConformanceReport
    ehr_identity: EhrIdentity
    upload: Upload
    credential: EhrCredential
    users: dict[str, User]
    sessions: dict[str, str]

    def browser(self, who: str) -> Client:
        """A fresh browser with the session of `who`, so that no request is changed by the one before."""
        browser = Client(raise_request_exception=False, headers=REQUEST_ID)
        browser.handler = ONE_HANDLER
        if who in self.sessions:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return browser

    def ask(self, who: str, method: str, path: str, **body: str) -> HttpResponse:
        return _sent(self.browser(who), method, path, body)

    def answer(self, who: str, method: str, path: str) -> int | str:
        """The status; or, where the answer leads elsewhere, the name of the page it leads to, or that one's refusal."""
        browser, address = self.browser(who), path
        response = _sent(browser, method, path, {})
        for hops in range(MOST_REDIRECTS):
            if response.status_code not in {301, 302}:
                return response.status_code if hops == 0 or response.status_code != 200 else _name_of(address)
            address = response["Location"]
            response = _sent(browser, "GET", address, {})
        return "a circle"


def make_world() -> World:
    """People who signed in as people do, in rows that the caller's transaction takes back."""
    cardiology, nephrology = CareUnitFactory(code="CARD", name="Cardiology"), CareUnitFactory(code="NEPH", name="Nephrology")
    users = {
        HALF_WAY: clinician(HALF_WAY, cardiology),
        ENROLLING: clinician(ENROLLING, cardiology),
        ALICE: clinician(ALICE, cardiology),
        CHARLIE: clinician(CHARLIE, nephrology),
        DANA: member(DANA, "approver"),
        FRANK: member(FRANK, "administrator"),
        ERIN: member(ERIN, "auditor"),
        EHR: member(EHR, "ehr_client", cardiology),
    }
    Authenticator.objects.filter(user=users[ENROLLING]).delete()
    sessions = {name: _session_of(user) for name, user in users.items()}
    candidate = with_evidence(version_row(requested_by=users[FRANK]))
    run = run_row(requested_by=users[FRANK])
    trial = ShadowTrial.objects.create(version=candidate, champion=candidate, started_by=users[FRANK], reason="To see it.")
    incident = open_incident(kind="drift", severity="alarm", key="drift:1", subject="1 alarm")
    channel = NotificationChannel.objects.create(name="Operators", kind="email", address="ops@hospital.test", is_on=False)
    report = ConformanceReport.objects.create(address="http://nowhere.test", finished_at=timezone.now())
    issuer, fhir_user = "https://ehr.hospital.test/fhir", "Practitioner/alice"
    identity = EhrIdentity.objects.create(issuer=issuer, fhir_user=fhir_user, user=users[ALICE])
    encounters = encounter_on(cardiology), encounter_on(nephrology)
    upload = _upload_of(users[ALICE], cardiology)
    credential = registering.admit(name="Hospital EHR", by=None).credential
    return World(*encounters, candidate, run, trial, incident, channel, report, identity, upload, credential, users, sessions)


def _upload_of(user: User, unit: CareUnit) -> Upload:
    """A file that was looked at and waits for a word."""
    with scope_of_the_system():
        upload = Upload.objects.create(uploaded_by=user, unit_ids=[unit.pk], state=UploadState.CHECKED, rows_count=1)
        UploadFindings.objects.create(upload=upload)
    return upload


def _session_of(user: User) -> str:
    """The password for everybody; the second factor for everybody but the two who stand before it."""
    browser = Client()
    browser.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    second_factor = Authenticator.objects.filter(user=user).first()
    if second_factor and user.username != HALF_WAY:
        code = totp_code(decrypt(second_factor.data["secret"]))
        assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def _sent(browser: Client, method: str, path: str, body: dict[str, str]) -> HttpResponse:
    response: HttpResponse = getattr(browser, method.lower())(path, **({"data": body} if method == "POST" else {}))
    return response


def lasting(response: HttpResponse) -> bytes:
    """What of a page is the same at every reading."""
    return OF_THE_MOMENT.sub(b"", response.content)


def _name_of(address: str) -> str:
    return resolve(address.partition("?")[0]).view_name
