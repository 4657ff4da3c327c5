"""A web worker is killed in mid-shift: what was answered is stored once with its audit row, whatever is sent again."""

from __future__ import annotations

import http.client
import os
import re
import signal
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from config.demo.browser import Browser, Form, Page
from config.demo.walking import sign_in
from tests.databases import FreshDatabase
from tests.served import Served, serving

pytestmark = pytest.mark.processes

SENDERS, EACH = 4, 20
KILLS = 3
LOST = (urllib.error.URLError, http.client.HTTPException, OSError)
PORT = 8_450


@pytest.fixture(scope="module")
def fragile(populated: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Its own gunicorn on the shared database, so that nobody else's pages fail."""
    folder: Path = tmp_path_factory.getbasetemp() / "served"
    with serving(populated, folder, first_port=PORT) as running:
        yield running


@dataclass
class Burst:
    """Many follow-ups from several senders, and what became of each."""

    nurse: Browser
    page: Page
    form: Form
    answered: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def send(self, submission: str) -> None:
        try:
            kept = self.nurse.submit(self.page, self.form, kind="phone_call", state="done", note="", submission_id=submission)
        except LOST:
            self.lost.append(submission)
            return
        (self.answered if kept.status == 200 else self.lost).append(submission)

    def send_all(self, submissions: list[str]) -> None:
        for submission in submissions:
            self.send(submission)


def test_every_answered_follow_up_is_stored_once_with_its_audit_row(fragile: Served) -> None:
    burst = burst_of_nurse(fragile)
    submissions = [[str(uuid4()) for _ in range(EACH)] for _ in range(SENDERS)]
    senders = [threading.Thread(target=burst.send_all, args=[part]) for part in submissions]
    for sender in senders:
        sender.start()
    killed = kill_workers_during(burst, fragile)
    for sender in senders:
        sender.join()
    assert killed == KILLS
    sent = [submission for part in submissions for submission in part]
    assert sorted(burst.answered + burst.lost) == sorted(sent)
    assert set(burst.answered) <= set(stored(fragile))

    for submission in list(burst.lost) + burst.answered[:5]:
        burst.send(submission)
    assert Counter(stored(fragile)) >= Counter(sent)
    assert max(Counter(stored(fragile)).values()) == 1
    assert Counter(with_audit_row(fragile)) == Counter(stored(fragile))
    assert fragile.manage("verify_audit").returncode == 0


def burst_of_nurse(served: Served) -> Burst:
    served.forget_used_codes()
    nurse = Browser(served.address)
    worklist = sign_in(nurse, "nurse")
    page = nurse.open(next(link for link in worklist.links if re.match(r"/encounters/", link)))
    return Burst(nurse, page, page.form_with("kind"))


def kill_workers_during(burst: Burst, served: Served) -> int:
    """Each time some more have been answered, one worker dies without a word; gunicorn starts another."""
    killed = 0
    deadline = time.monotonic() + 60
    while killed < KILLS and time.monotonic() < deadline:
        done = len(burst.answered) + len(burst.lost)
        if done >= (killed + 1) * SENDERS * EACH // (KILLS + 2):
            os.kill(served.worker_pids()[0], signal.SIGKILL)
            killed += 1
        time.sleep(0.01)
    return killed


def stored(served: Served) -> list[str]:
    return [str(submission) for (submission,) in served.rows("SELECT submission_id FROM clinical_followup")]


def with_audit_row(served: Served) -> list[str]:
    """The submission of every recorded follow-up, once for each audit row that tells of it."""
    rows = served.rows(
        "SELECT action.submission_id FROM clinical_auditevent AS event"
        " JOIN clinical_followup AS action ON event.detail->>'follow_up' = action.public_id::text"
        " WHERE event.verb = 'follow_up.recorded'"
    )
    return [str(submission) for (submission,) in rows]
