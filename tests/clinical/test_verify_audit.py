"""`manage.py verify_audit`: intact or not, against a head that was kept elsewhere."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from clinical import audit
from clinical.models import AuditEvent


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
