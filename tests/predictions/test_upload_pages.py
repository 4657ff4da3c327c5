"""The pages of files: what a clinician sees before and after an import, and what nobody else sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from clinical.access import scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, User
from predictions.models import Upload, UploadFindings, UploadPart, UploadState
from predictions.upload import keeping, tasks
from tests.predictions.upload_files import csv_of, ndjson_of

SignIn = Callable[[User], Client]
BAD = {"birth_date": "2023-02-29", "given_name": "=cmd|' /C calc'!A0"}


@pytest.fixture
def browser(signed_in: SignIn, alice: User) -> Client:
    return signed_in(alice)


def send(browser: Client, data: bytes) -> str:
    """Upload it; the address of its page."""
    answer = browser.post("/uploads/", {"file": SimpleUploadedFile("Muster Anna.csv", data)})
    assert answer.status_code == 302, answer.content[:2000]
    return str(answer["Location"])


def the_upload() -> Upload:
    with scope_of_the_system():
        return Upload.objects.get()


def counts() -> tuple[int, int, int]:
    with scope_of_the_system():
        return Encounter.objects.count(), UploadPart.objects.count(), UploadFindings.objects.count()


def page(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


@pytest.mark.parametrize("data", [csv_of({}, BAD), ndjson_of({}, BAD)])
def test_a_preview_shows_what_would_be_stored_and_every_refused_row(browser: Client, data: bytes) -> None:
    text = page(browser, send(browser, data))
    assert "MUSTER, Anna" in text
    assert "[70-80)" in text
    assert "is no day of the calendar" in text
    assert "The 1 good row;" in text
    assert counts()[0] == 0


def test_the_good_rows_are_imported_by_a_worker_and_the_file_is_deleted(browser: Client) -> None:
    address = send(browser, csv_of({}, BAD))
    browser.post(f"{address}import/", {"mode": "valid"})
    assert "being imported" in page(browser, address)
    keeping.work_on(the_upload().pk)
    text = page(browser, address)
    assert "1 of 2 rows were imported" in text
    assert counts() == (1, 0, 1)


def test_all_or_nothing_with_a_refused_row_imports_nothing_and_asks_again(browser: Client) -> None:
    address = send(browser, csv_of({}, BAD))
    browser.post(f"{address}import/", {"mode": "all"})
    keeping.work_on(the_upload().pk)
    assert "all or nothing was asked for" in page(browser, address)
    assert counts()[0] == 0
    assert the_upload().state == UploadState.CHECKED


def test_the_report_is_an_attachment_without_formulas(browser: Client) -> None:
    address = send(browser, csv_of({}, {"sex": "=1+1"}))
    answer = browser.get(f"{address}refused.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert '"3","sex"' in text
    assert '"\'=1+1"' in text


def test_a_large_file_is_left_to_a_worker(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOKED_AT_ON_THE_SPOT_BYTES", 10)
    monkeypatch.setattr(keeping, "PART_BYTES", 100)
    address = send(browser, csv_of({}, {}))
    text = page(browser, address)
    assert "The file is being read" in text
    assert 'http-equiv="refresh"' in text, "without scripts the page asks again by itself"
    keeping.work_on(the_upload().pk)
    assert "What an import would do" in page(browser, address)


def test_a_file_that_is_none_of_ours_is_refused_and_kept_nowhere(browser: Client) -> None:
    text = page(browser, send(browser, b"PK\x03\x04" + bytes(100)))
    assert "a zip archive" in text
    assert counts() == (0, 0, 0)


def test_a_file_larger_than_the_setting_is_refused_before_it_is_read(browser: Client, settings: LazySettings) -> None:
    settings.UPLOAD_MOST_BYTES = 100
    answer = browser.post("/uploads/", {"file": SimpleUploadedFile("a.csv", bytes(200_000))})
    assert answer.status_code == 413
    lying = browser.post("/uploads/", {"file": SimpleUploadedFile("a.csv", bytes(1_000))})
    assert lying.status_code == 413
    assert counts() == (0, 0, 0)
    with scope_of_the_system():
        assert not Upload.objects.exists()


@pytest.mark.parametrize("body", [{}, {"file": SimpleUploadedFile("a.csv", b"")}, {"other": SimpleUploadedFile("a.csv", b"x")}])
def test_no_file_is_said_beside_the_field(body: dict[str, object], browser: Client) -> None:
    answer = browser.post("/uploads/", body)
    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()


def test_without_the_forms_token_nothing_is_kept(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post("/uploads/", {"file": SimpleUploadedFile("a.csv", csv_of({}))}).status_code == 403
    with scope_of_the_system():
        assert not Upload.objects.exists()


def test_a_colleague_does_not_see_it(browser: Client, bob: User) -> None:
    address = send(browser, csv_of({}))
    other = Client()
    other.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    for path in (address, f"{address}refused.csv"):
        assert other.get(path).status_code == 404
    assert other.post(f"{address}import/", {"mode": "all"}).status_code == 404


def test_row_level_security_hides_it_from_another_ward(browser: Client, nephrology: CareUnit) -> None:
    send(browser, csv_of({}))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('wardlight.units', %s, true)", [str(nephrology.pk)])
        for table in ("upload", "uploadpart", "uploadfindings"):
            cursor.execute(f"SELECT count(*) FROM predictions_{table}")  # noqa: S608  our own tables
            assert cursor.fetchone() == (0,)


def test_what_is_old_is_forgotten_and_its_counts_stay(browser: Client, settings: LazySettings) -> None:
    address = send(browser, csv_of({}, BAD))
    assert keeping.forget_old() == 0
    settings.UPLOAD_KEEP_HOURS = 0
    assert keeping.forget_old() == 1
    assert counts() == (0, 0, 0)
    assert (the_upload().state, the_upload().refused_count) == (UploadState.DISCARDED, 1)
    assert "were deleted on" in page(browser, address)


def test_it_can_be_discarded_and_then_no_longer_imported(browser: Client) -> None:
    address = send(browser, csv_of({}))
    browser.post(f"{address}discard/")
    browser.post(f"{address}import/", {"mode": "all"})
    assert the_upload().state == UploadState.DISCARDED
    assert counts() == (0, 0, 0)


def test_whoever_left_the_ward_meanwhile_imports_nothing(browser: Client, alice: User) -> None:
    address = send(browser, csv_of({}))
    browser.post(f"{address}import/", {"mode": "valid"})
    alice.memberships.update(ended_at="2026-01-01T00:00Z")
    keeping.work_on(the_upload().pk)
    assert counts()[0] == 0


def test_the_tasks_do_what_waits_and_may_run_twice(browser: Client) -> None:
    address = send(browser, csv_of({}))
    browser.post(f"{address}import/", {"mode": "all"})
    for _ in range(2):
        tasks.work_on_upload(the_upload().pk)
        tasks.score_imported()
        tasks.forget_uploads()
    assert keeping.waiting_ids() == []
    assert counts() == (1, 0, 1)


def test_work_that_fails_again_and_again_is_given_up(browser: Client) -> None:
    address = send(browser, csv_of({}))
    browser.post(f"{address}import/", {"mode": "all"})
    with scope_of_the_system():
        Upload.objects.update(attempts=keeping.MOST_ATTEMPTS)
    keeping.work_on(the_upload().pk)
    assert "could not be worked on" in page(browser, address)
    assert counts() == (0, 0, 0)


def test_twenty_files_of_one_person_may_wait_and_no_more(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 1)
    send(browser, csv_of({}))
    answer = browser.post("/uploads/", {"file": SimpleUploadedFile("a.csv", csv_of({}))})
    assert answer.status_code == 429
    assert "discard one of them" in answer.content.decode()


def test_every_step_is_in_the_audit_log_with_its_number_alone(browser: Client) -> None:
    address = send(browser, csv_of({}))
    page(browser, address)
    browser.post(f"{address}import/", {"mode": "all"})
    keeping.work_on(the_upload().pk)
    verbs = list(AuditEvent.objects.filter(subject_type="upload").order_by("position").values_list("verb", flat=True))
    assert verbs == ["upload.received", "upload.viewed", "upload.import_asked", "encounters.imported"]
    assert "Muster" not in str(list(AuditEvent.objects.values_list("detail", "subject_id")))


def test_the_template_is_a_file_that_the_upload_takes(browser: Client) -> None:
    answer = browser.get("/uploads/template.csv")
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    text = page(browser, send(browser, data))
    assert "EXAMPLE, Erika" in text
    assert "Refused rows" not in text
