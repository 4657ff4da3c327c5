"""The audit log: chained by the database, added to and never changed."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from clinical import audit
from clinical.models import AuditEvent, User
from tests.databases import FreshDatabase

SWAP_51_AND_52 = (
    "UPDATE clinical_auditevent SET position = -position WHERE position IN (51, 52);"
    "UPDATE clinical_auditevent SET position = 103 + position WHERE position < 0"
)


def test_rows_are_numbered_without_gaps_and_chained(alice: User) -> None:
    first = audit.record(actor=alice, verb="worklist.viewed")
    second = audit.record(actor=alice, verb="encounter.viewed", subject_type="encounter", subject_id="x", detail={"n": 1})
    rows = {row.position: row for row in AuditEvent.objects.all()}
    assert second == first + 1
    assert rows[second].previous_hash == rows[first].hash
    assert rows[second].actor_id == alice.public_id
    assert audit.verify().intact


def test_a_row_cannot_choose_its_own_number_time_or_hash(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clinical_auditevent (position, at, actor_name, verb, subject_type, subject_id, request_id, detail,"
            " previous_hash, hash) VALUES (999, '2001-01-01', 'mallory', 'x', '', '', '', '{}', 'f', 'f')"
        )
    row = AuditEvent.objects.get(actor_name="mallory")
    assert row.position != 999
    assert row.hash != "f"
    assert row.at is not None
    assert row.at.year > 2001


@pytest.mark.parametrize(
    "statement",
    ["UPDATE clinical_auditevent SET verb = 'x'", "DELETE FROM clinical_auditevent", "TRUNCATE clinical_auditevent",
     "ALTER TABLE clinical_auditevent DISABLE TRIGGER ALL", "DROP TABLE clinical_auditevent"],
)  # fmt: skip
def test_the_application_can_neither_change_nor_empty_the_log(alice: User, statement: str) -> None:
    audit.record(actor=alice, verb="worklist.viewed")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_row_belongs_to_the_transaction_of_what_it_tells_of(alice: User) -> None:
    def fails_after_the_access() -> None:
        with transaction.atomic():
            audit.record(actor=alice, verb="worklist.viewed")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_after_the_access()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE clinical_auditevent SET detail = '{\"n\": 7}' WHERE position = 3", 3),
        ("DELETE FROM clinical_auditevent WHERE position = 3", 4),
        (SWAP_51_AND_52, 51),
    ],
    ids=["altered", "deleted", "reordered"],
)
def test_verify_names_the_first_row_that_no_longer_fits(fresh_database: FreshDatabase, tampering: str, broken_at: int) -> None:
    with fresh_database.link() as link:
        for _ in range(60):
            link.execute(
                "INSERT INTO clinical_auditevent (position, actor_name, verb, subject_type, subject_id, request_id, detail,"
                " previous_hash, hash) VALUES (0, 'system', 'test', '', '', '', '{}', '', '')"
            )
    assert fresh_database.manage("verify_audit").returncode == 0
    with fresh_database.link(role="postgres") as link:
        link.execute("SET session_replication_role = replica")
        link.execute(tampering)
    verdict = fresh_database.manage("verify_audit", "--json")
    assert verdict.returncode == 1
    assert f"broken at row {broken_at}" in verdict.stderr
    assert json.loads(verdict.stdout)["broken_at"] == broken_at


def test_verify_finds_a_cut_tail_by_a_head_kept_elsewhere(fresh_database: FreshDatabase) -> None:
    with fresh_database.link() as link:
        link.execute(
            "INSERT INTO clinical_auditevent (position, actor_name, verb, subject_type, subject_id, request_id, detail,"
            " previous_hash, hash) VALUES (0, 'system', 'test', '', '', '', '{}', '', '')"
        )
        row = link.execute("SELECT hash FROM clinical_auditevent").fetchone()
    assert row is not None
    assert fresh_database.manage("verify_audit", "--expect-head", row[0]).returncode == 0
    with fresh_database.link(role="postgres") as link:
        link.execute("SET session_replication_role = replica")
        link.execute("DELETE FROM clinical_auditevent")
    assert fresh_database.manage("verify_audit").returncode == 0
    assert fresh_database.manage("verify_audit", "--expect-head", row[0]).returncode == 1
