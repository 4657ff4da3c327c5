"""What an answer tells of is on the disk: of the commits of one call, the last one waits for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import ROOT
from tests.databases import FreshDatabase
from tests.served import environment

THREE_REPORTS = """
import django
django.setup()
import datetime, json
from django.db import connection, transaction
from clinical.intake.facts import PatientFacts, StayReport
from clinical.models import CareUnit
from predictions.intake import take_in

unit = CareUnit.objects.create(code="CARD", name="Cardiology")
told = []
connection.cursor().execute("SET synchronous_commit = on")  # the tests' server waits for no disk

def note(execute, sql, params, many, context):
    if "INSERT INTO clinical_auditevent" in sql:
        told.append(connection.connection.execute("SELECT current_setting('synchronous_commit')").fetchone()[0])
    return execute(sql, params, many, context)

def waits_for_the_disk(number, **how):
    told.clear()
    admitted = datetime.datetime(2026, 11, 1, 9, tzinfo=datetime.UTC)
    person = PatientFacts(f"M-{number}", "Okafor", "Miriam", datetime.date(1951, 4, 2), "female")
    report = StayReport(person, f"V-{number}", "CARD", admitted, None, {})
    with connection.execute_wrapper(note):
        take_in(report=report, units=[unit], by=None, **how)
    return list(told)

found = {"scored": waits_for_the_disk(1), "left for a worker": waits_for_the_disk(2, score_now=False)}
with transaction.atomic():
    found["part of another's"] = waits_for_the_disk(3)
print(json.dumps(found))
"""


@pytest.mark.processes
def test_the_commit_before_the_answer_waits_for_the_disk(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    own = {**environment(fresh_database, tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", THREE_REPORTS], cwd=ROOT, env=own, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "scored": ["off", "on"],  # the facts, then why there is no score: the second commit brings both to the disk
        "left for a worker": ["on"],
        "part of another's": ["on", "on"],
    }
