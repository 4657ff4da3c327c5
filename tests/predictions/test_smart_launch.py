"""SMART on FHIR: an EHR launches an encounter's page, against a stand-in for its sign-in that really speaks HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from clinical.models import AuditEvent, EhrIdentity, Encounter, StaffMembership, User
from predictions.smart.asking import may_stand_at
from predictions.smart.issuers import Issuer
from tests.ehr_sign_in import CLIENT_ID, EhrSignIn, standing_ehr
from tests.predictions.scored import scored, words_of

SignIn = Callable[[User], Client]
NAME = "OKAFOR, Miriam"


@pytest.fixture
def ehr(settings: Settings) -> Iterator[EhrSignIn]:
    with standing_ehr() as standing:
        settings.SMART_ISSUERS = {standing.address: CLIENT_ID}
        yield standing


@pytest.fixture
def linked(ehr: EhrSignIn, alice: User, encounter: Encounter) -> EhrSignIn:
    """Alice is known to the EHR as Practitioner/alice, and looks at her patient there."""
    scored(encounter, 0.23)
    EhrIdentity.objects.create(issuer=ehr.address, fhir_user="Practitioner/alice", user=alice)
    ehr.context = {"patient": encounter.patient.medical_record_number, "encounter": str(encounter.public_id)}
    return ehr


def begin(browser: Client, ehr: EhrSignIn, **changes: str) -> HttpResponse:
    return browser.get("/smart/launch", {"iss": ehr.address, "launch": "ticket", **changes})


def come_in(browser: Client, ehr: EhrSignIn, *, follow: bool = True) -> HttpResponse:
    """The whole way: launch, the EHR's sign-in, and back."""
    sent = begin(browser, ehr)
    assert sent.status_code == 302, sent.content
    return browser.get(ehr.authorize(sent["Location"]), follow=follow)


# --- in ----------------------------------------------------------------------------------------------------------------------


def test_the_ehrs_user_lands_on_the_patient_that_is_open_there(client: Client, linked: EhrSignIn, encounter: Encounter) -> None:
    page = come_in(client, linked)
    assert page.redirect_chain == [(f"/encounters/{encounter.public_id}/", 302)]
    assert NAME in words_of(page)


def test_without_an_encounter_the_stay_that_goes_on_is_shown(client: Client, linked: EhrSignIn, encounter: Encounter) -> None:
    del linked.context["encounter"]
    assert come_in(client, linked).redirect_chain == [(f"/encounters/{encounter.public_id}/", 302)]


def test_a_relative_reference_to_the_user_is_as_good(client: Client, linked: EhrSignIn) -> None:
    linked.claims = {"fhirUser": "Practitioner/alice"}
    assert NAME in words_of(come_in(client, linked))


def test_the_ehrs_banner_takes_the_place_of_ours_for_that_patient_alone(
    client: Client, linked: EhrSignIn, encounter: Encounter
) -> None:
    linked.context["need_patient_banner"] = False
    assert NAME not in words_of(come_in(client, linked))
    linked.context["need_patient_banner"] = True
    assert NAME in words_of(come_in(client, linked))


def test_the_sign_in_is_in_the_audit_log_with_the_card_that_led_there(client: Client, linked: EhrSignIn, alice: User) -> None:
    card = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
    linked.context["appContext"] = f'{{"card":"{card}"}}'
    come_in(client, linked)
    row = AuditEvent.objects.get(verb="smart.signed_in")
    assert (row.actor_id, row.detail["card"]) == (alice.public_id, card)


@pytest.mark.parametrize("context", ['{"card": 7}', "{", "[]", "null", "\x00", {"card": "x"}, "[" * 5000])
def test_a_context_of_another_application_is_passed_over(client: Client, linked: EhrSignIn, context: object) -> None:
    linked.context["appContext"] = context
    assert come_in(client, linked).status_code == 200


def test_no_patient_is_in_an_address_or_a_log(
    client: Client,
    linked: EhrSignIn,
    encounter: Encounter,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = come_in(client, linked)
    number, told = encounter.patient.medical_record_number, caplog.text + "".join(capsys.readouterr())
    assert page.status_code == 200
    for secret in (number, "Okafor", "canary-access-token", "ticket", "code-0"):
        assert secret not in told
    assert number not in "".join([*linked.asked, *(address for address, _status in page.redirect_chain)])


# --- what the session is good for --------------------------------------------------------------------------------------------


def test_whoever_the_ehr_vouches_for_needs_no_code_of_ours(client: Client, linked: EhrSignIn, alice: User) -> None:
    alice.authenticator_set.all().delete()
    assert NAME in words_of(come_in(client, linked))
    assert client.get("/worklist/").status_code == 200


def test_the_ehrs_word_opens_nothing_that_asks_more_of_a_person(client: Client, linked: EhrSignIn, alice: User) -> None:
    for role in ("administrator", "auditor", "approver"):
        StaffMembership.objects.create(user=alice, role=role)
    come_in(client, linked)
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/audit/").status_code == 403
    alice.authenticator_set.all().delete()
    assert client.get("/accounts/2fa/totp/activate/", follow=True).resolver_match.view_name == "account_reauthenticate"


def test_a_person_who_is_here_with_both_factors_keeps_the_better_session(
    linked: EhrSignIn, alice: User, signed_in: SignIn
) -> None:
    StaffMembership.objects.create(user=alice, role="auditor")
    browser = signed_in(alice)
    assert NAME in words_of(come_in(browser, linked))
    assert browser.get("/audit/").status_code == 200


def test_somebody_elses_session_in_the_same_browser_ends(linked: EhrSignIn, bob: User, signed_in: SignIn) -> None:
    browser = signed_in(bob)
    before = browser.session.session_key
    come_in(browser, linked)
    assert browser.session["_auth_user_id"] != str(bob.pk)
    assert browser.session.session_key != before


# --- out ---------------------------------------------------------------------------------------------------------------------


def refused(page: HttpResponse, status: int, code: str) -> None:
    assert (page.status_code, code in page.content.decode()) == (status, True), page.content
    assert "_auth_user_id" not in page.client.session


@pytest.mark.parametrize("iss", ["", "https://evil.test/fhir", "http://127.0.0.1:1", "file:///etc/passwd", "x\x00y"])
def test_an_ehr_that_is_not_listed_is_not_even_asked(client: Client, ehr: EhrSignIn, iss: str) -> None:
    refused(begin(client, ehr, iss=iss), 400, "unknown_issuer")
    assert ehr.asked == []


@pytest.mark.parametrize("launch", ["", "x" * 2049])
def test_a_launch_without_its_ticket_is_refused(client: Client, ehr: EhrSignIn, launch: str) -> None:
    refused(begin(client, ehr, launch=launch), 400, "launch_refused")


@pytest.mark.parametrize(
    "configured",
    [{"code_challenge_methods_supported": ["plain"]}, {"code_challenge_methods_supported": None}, {"jwks_uri": None},
     {"token_endpoint": "http://169.254.169.254/latest"}, {"token_endpoint": "https://evil.test/token"},
     {"authorization_endpoint": "javascript:alert(1)"}, {"issuer": 7}, {"token_endpoint": "http://user@127.0.0.1/token"}],
)  # fmt: skip
def test_a_configuration_that_leads_elsewhere_or_knows_no_pkce_is_refused(
    client: Client, ehr: EhrSignIn, configured: dict[str, Any]
) -> None:
    ehr.configured = configured
    refused(begin(client, ehr), 502, "ehr_configuration_refused")


def test_a_code_without_the_launch_of_this_browser_is_refused(client: Client, linked: EhrSignIn) -> None:
    back = linked.authorize(begin(client, linked)["Location"])
    refused(Client().get(back), 400, "launch_refused")
    refused(client.get(back + "x"), 400, "launch_refused")


def test_a_code_is_good_once(client: Client, linked: EhrSignIn) -> None:
    back = linked.authorize(begin(client, linked)["Location"])
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 400


def test_a_launch_that_took_too_long_begins_anew(client: Client, linked: EhrSignIn) -> None:
    back = linked.authorize(begin(client, linked)["Location"])
    session = client.session
    session["smart_launch"] = {**session["smart_launch"], "started_at": 0.0}
    session.save()
    refused(client.get(back), 400, "launch_refused")


def test_a_user_who_says_no_at_the_ehr_is_told(client: Client, linked: EhrSignIn) -> None:
    back = linked.authorize(begin(client, linked)["Location"]).replace("code=code-0", "error=access_denied")
    refused(client.get(back), 403, "ehr_refused")


def test_a_code_that_the_ehr_does_not_know_is_refused(client: Client, linked: EhrSignIn) -> None:
    back = linked.authorize(begin(client, linked)["Location"]).replace("code-0", "code-9")
    refused(client.get(back), 403, "ehr_refused")


def test_a_redirect_of_the_ehr_is_not_followed(client: Client, linked: EhrSignIn) -> None:
    linked.redirects_to = f"{linked.address}/elsewhere"
    refused(come_in(client, linked), 502, "ehr_not_reached")
    assert "/elsewhere" not in linked.asked


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"aud": "another-client"}, {"iss": "https://evil.test"}, {"exp": 1}, {"iat": None}, {"sub": None},
     {"fhirUser": None}, {"fhirUser": "Patient/alice"}, {"fhirUser": "https://evil.test/Practitioner/alice"}, {"fhirUser": 7}],
)  # fmt: skip
def test_an_id_token_that_is_not_for_this_launch_is_refused(client: Client, linked: EhrSignIn, claims: dict[str, Any]) -> None:
    linked.claims = claims
    refused(come_in(client, linked), 403, "identity_refused")


def test_an_id_token_of_another_key_or_of_none_is_refused(client: Client, linked: EhrSignIn) -> None:
    linked.signs_with = ec.generate_private_key(ec.SECP384R1())
    refused(come_in(client, linked), 403, "identity_refused")
    linked.signs_with, linked.header = "a secret that is long enough for this kind of signature", {"alg": "HS256"}
    refused(come_in(client, linked), 403, "identity_refused")
    linked.signs_with, linked.header = None, {"kid": "another"}
    refused(come_in(client, linked), 403, "identity_refused")


def test_a_user_who_is_linked_to_nobody_is_told_and_none_is_made(client: Client, linked: EhrSignIn) -> None:
    linked.claims = {"fhirUser": "Practitioner/stranger"}
    before = User.objects.count()
    refused(come_in(client, linked), 403, "not_linked")
    assert User.objects.count() == before
    assert AuditEvent.objects.get(verb="smart.refused").detail["code"] == "not_linked"


@pytest.mark.parametrize("what", ["link", "account", "membership"])
def test_a_link_an_account_or_a_role_that_ended_opens_nothing(
    client: Client, linked: EhrSignIn, alice: User, what: str
) -> None:
    if what == "link":
        EhrIdentity.objects.update(is_active=False)
    elif what == "account":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        StaffMembership.objects.filter(user=alice).update(ended_at="2026-11-01T00:00:00Z")
    refused(come_in(client, linked), 403, "not_linked")


def test_a_patient_of_another_unit_and_none_at_all_are_the_same(client: Client, linked: EhrSignIn, charlie: User) -> None:
    EhrIdentity.objects.update(user=charlie)
    foreign = come_in(client, linked)
    linked.context = {"patient": "nobody", "encounter": "nothing"}
    missing = come_in(client, linked)
    assert foreign.status_code == missing.status_code == 404
    assert "_auth_user_id" not in client.session


def test_an_encounter_of_another_patient_is_not_shown(client: Client, linked: EhrSignIn) -> None:
    linked.context["patient"] = "F9999999"
    assert come_in(client, linked).status_code == 404


@pytest.mark.parametrize("patient", [None, "", "Patient/7", 7])
def test_a_launch_without_a_patient_shows_none(client: Client, linked: EhrSignIn, patient: object) -> None:
    linked.context["patient"] = patient
    assert come_in(client, linked).status_code == 403


# --- where it may ask --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    ["127.0.0.1", "169.254.169.254", "::1", "fe80::1", "::", "224.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.1.1"],
)
def test_this_machine_and_the_clouds_secrets_are_no_ehr(place: str) -> None:
    assert not may_stand_at(place)


@pytest.mark.parametrize("place", ["10.1.2.3", "192.168.7.7", "93.184.216.34", "2606:2800:220:1::1"])
def test_a_hospitals_own_network_and_the_public_one_are(place: str) -> None:
    assert may_stand_at(place)


@pytest.mark.parametrize(
    "address",
    ["http://ehr.test/token", "https://ehr.test.evil.test/token", "https://ehr.test@evil.test/token", "https://2130706433/token",
     "https://evil.test/?ehr.test", "https://[::1/", "ftp://ehr.test/token", "//ehr.test/token", "https://user:x@ehr.test/token"],
)  # fmt: skip
def test_an_address_elsewhere_in_disguise_is_not_asked(address: str, settings: Settings) -> None:
    settings.SMART_HOSTS = ["login.ehr.test"]
    issuer = Issuer("https://ehr.test/fhir", "us")
    assert issuer.may_be_asked("https://ehr.test/token")
    assert issuer.may_be_asked("https://login.ehr.test:8443/token")
    assert not issuer.may_be_asked(address)


def test_loopback_is_an_ehr_in_demonstration_and_tests_alone(settings: Settings) -> None:
    issuer = Issuer("http://127.0.0.1:9000", "us")
    assert issuer.may_be_asked("http://127.0.0.1:9000/token")
    settings.LOOPBACK_WEBHOOKS = False
    assert not issuer.may_be_asked("http://127.0.0.1:9000/token")
