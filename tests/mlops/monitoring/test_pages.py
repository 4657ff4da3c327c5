"""What an administrator and an approver see of the nights, and what they do about an incident."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client

from clinical.models import AuditEvent, CareUnit, User
from mlops.incidents import open_incident
from mlops.models import DriftThreshold, Incident, NotificationChannel
from mlops.monitoring import nightly
from predictions.features import schema
from predictions.features.building import Matrix
from predictions.models import ModelVersion
from tests.mlops.monitoring.hospital_day import NIGHT, a_day
from tests.predictions.scored import words_of

SignIn = Callable[[User], Client]
DRIFT, INCIDENTS = "/admin/mlops/monitoringnight/", "/admin/mlops/incident/"


def lab_gone(matrix: Matrix) -> None:
    matrix[:, schema.names().index("a1c_level")] = np.nan


def test_the_page_says_in_words_what_has_moved_and_what_is_not_yet_known(
    signed_in: SignIn, dana: User, version: ModelVersion, cardiology: CareUnit
) -> None:
    a_day(version, cardiology, changed=lab_gone)
    nightly.watch(NIGHT.date())
    said = words_of(signed_in(dana).get(DRIFT))
    assert "On 10 August 2026 it made 300 predictions: " in said
    assert "alarm Share missing HbA1c all units 100.0 %" in said
    assert "Not yet known" in said
    assert AuditEvent.objects.filter(verb="drift.viewed", actor_name="dana").count() == 1


def test_a_unit_is_chosen_by_its_code(
    signed_in: SignIn, dana: User, version: ModelVersion, cardiology: CareUnit, nephrology: CareUnit
) -> None:
    a_day(version, cardiology, patients=120)
    a_day(version, nephrology, patients=4, seed=1)
    nightly.watch(NIGHT.date())
    browser = signed_in(dana)
    assert "it made 120 predictions for Cardiology" in words_of(browser.get(DRIFT, {"unit": "CARD"}))
    few = words_of(browser.get(DRIFT, {"unit": "NEPH"}))
    assert "it made fewer than 10 predictions for Nephrology" in few


@pytest.mark.parametrize("choice", [{"unit": "NOWHERE"}, {"version": "99"}, {"night": "tomorrow"}, {"unit": "\0"}])
def test_a_choice_that_does_not_exist_is_no_page(
    choice: dict[str, str], signed_in: SignIn, dana: User, version: ModelVersion
) -> None:
    assert signed_in(dana).get(DRIFT, choice).status_code == 404


def test_before_the_first_night_the_page_says_when_it_will_be(signed_in: SignIn, dana: User, version: ModelVersion) -> None:
    assert "has not been watched yet" in words_of(signed_in(dana).get(DRIFT))


def test_an_incident_is_acknowledged_and_closed_with_words(signed_in: SignIn, dana: User) -> None:
    incident = open_incident(kind="drift", severity="alarm", key="k", subject="v1: 1 alarm")
    browser, place = signed_in(dana), f"{INCIDENTS}{incident.public_id}/"
    browser.post(f"{place}acknowledge/", {"note": "Mine."})
    refused = browser.post(f"{place}close/", {"note": "ok"})
    assert refused.status_code == 422
    assert "at least ten characters" in words_of(refused)
    browser.post(f"{place}close/", {"note": "The laboratory's interface was down."})
    assert Incident.objects.get().state == "Closed"
    assert "The laboratory's interface was down." in words_of(browser.get(INCIDENTS))


def test_an_administrator_changes_a_bound_and_the_log_keeps_the_numbers(signed_in: SignIn, frank: User) -> None:
    place = "/admin/mlops/driftthreshold/missing/change/"
    bounds = {"notice": 0.2, "warning": 0.3, "alarm": 0.4, "minimum_n": 50}
    assert signed_in(frank).post(place, bounds).status_code == 302
    assert DriftThreshold.objects.get(metric="missing").alarm == 0.4
    event = AuditEvent.objects.get(verb="drift_threshold.changed")
    assert (event.subject_id, event.detail) == ("missing", bounds)


def test_bounds_that_do_not_ascend_are_refused(signed_in: SignIn, frank: User) -> None:
    answer = signed_in(frank).post(
        "/admin/mlops/driftthreshold/missing/change/", {"notice": 0.5, "warning": 0.3, "alarm": 0.4, "minimum_n": 50}
    )
    assert "A warning needs no less than a notice" in words_of(answer)


def test_a_webhooks_secret_is_shown_once(signed_in: SignIn, frank: User) -> None:
    browser, place = signed_in(frank), "/admin/mlops/notificationchannel/"
    told = {"name": "Duty", "kind": "webhook", "address": "https://hooks.hospital.test/", "least_severity": "alarm"}
    made = browser.post(f"{place}add/", {**told, "is_on": "on"}, follow=True)
    assert "whsec_" in words_of(made)
    channel = NotificationChannel.objects.get()
    assert "whsec_" not in words_of(browser.get(f"{place}{channel.pk}/change/"))
    assert "whsec_" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))
