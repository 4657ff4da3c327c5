"""`manage.py verify_audit`: intact or not, against a head that was kept elsewhere."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from clinical import audit
from clinical.models import AuditEvent
from tests.databases import FreshDatabase

TAMPER = (
    "ALTER TABLE clinical_auditevent DISABLE TRIGGER append_only; {};ALTER TABLE clinical_auditevent ENABLE TRIGGER append_only"
)


def test_an_intact_log_prints_its_head(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    audit.record(actor=None, verb="x.y")
    call_command("verify_audit")
    head = AuditEvent.objects.first()
    assert head is not None
    assert capsys.readouterr().out == f"1 audit rows, intact. Head: {head.hash}\n"


def test_an_empty_log_is_intact(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit")
    assert "0 audit rows, intact" in capsys.readouterr().out


def test_a_head_kept_earlier_is_found_in_a_log_that_grew(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    audit.record(actor=None, verb="x.y")
    head = audit.verify().head_hash
    audit.record(actor=None, verb="x.y")
    call_command("verify_audit", expect_head=head)
    assert capsys.readouterr().out.startswith("2 audit rows, intact.")


def test_a_head_that_is_gone_means_that_rows_were_cut_off(db: None) -> None:
    audit.record(actor=None, verb="x.y")
    with pytest.raises(CommandError, match="rows were cut off"):
        call_command("verify_audit", expect_head="0" * 64)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE clinical_auditevent SET actor_name = 'x' WHERE position = 2", 2),
        ("DELETE FROM clinical_auditevent WHERE position = 2", 3),
    ],
)
def test_a_changed_log_exits_with_1_and_names_the_row(fresh_database: FreshDatabase, tampering: str, broken_at: int) -> None:
    with fresh_database.link() as link:
        for _ in range(4):
            link.execute(
                "INSERT INTO clinical_auditevent (position, actor_name, verb, subject_type, subject_id, request_id, detail,"
                " previous_hash, hash) VALUES (0, 'a', 'x.y', '', '', '', '{}', '', '')"
            )
    assert fresh_database.manage("verify_audit").returncode == 0
    with fresh_database.link(role="postgres") as owner:
        owner.execute(TAMPER.format(tampering).encode())
    done = fresh_database.manage("verify_audit", "--json")
    assert done.returncode == 1
    assert f"broken at row {broken_at}" in done.stderr
    assert json.loads(done.stdout)["broken_at"] == broken_at
