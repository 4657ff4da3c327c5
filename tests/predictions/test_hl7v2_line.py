"""HL7 v2 over the line: frames in any portions, a server of its own process, and what a killed one leaves."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.environment import ROOT
from predictions.hl7v2.framing import BrokenFrameError, Frames, framed
from tests.authority import Authority
from tests.databases import FreshDatabase
from tests.predictions import adt
from tests.served import environment
from tests.workers import until

PREPARE = """
import django
django.setup()
from clinical.clients import registering
from clinical.models import CareUnit
unit = CareUnit.objects.create(code="CARD", name="Cardiology")
issued = registering.admit(name="Hospital ADT", by=None)
registering.grant(client=issued.credential.client, unit=unit, scopes=["encounter.write"], by=None)
"""
SECONDS = 20


@given(st.lists(st.binary(min_size=1, max_size=20).filter(lambda raw: b"\x1c" not in raw), max_size=5), st.data())
def test_messages_are_whole_however_their_bytes_come(messages: list[bytes], data: st.DataObject) -> None:
    line, frames, found = b"\r\n".join(framed(message) for message in messages), Frames(), []
    while line:
        size = data.draw(st.integers(1, len(line)))
        found += frames.feed(line[:size])
        line = line[size:]
    assert found == messages


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1", b"\x0bMSH\x1c\rMSH", b"\x0b" + b"x" * 101])
def test_what_is_no_frame_or_too_large_is_refused(line: bytes) -> None:
    with pytest.raises(BrokenFrameError):
        Frames(largest_bytes=100).feed(line)


@pytest.fixture
def hospital(fresh_database: FreshDatabase, tmp_path: Path) -> dict[str, str]:
    own = {**environment(fresh_database, tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", "WARDLIGHT_ROLE": "mllp"}
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=own, check=True)
    return own


@contextmanager
def serving(own: dict[str, str], *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve_mllp", "--client", "Hospital ADT", "--port", "0", *options], cwd=ROOT, env=own,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        said = next(line for line in server.stdout if "Taking messages" in line)
        yield server, int(said.rsplit(":", 1)[1])
    finally:
        server.kill()
        server.communicate()


def asked(line: socket.socket, raw: bytes) -> str:
    line.sendall(framed(raw))
    frames, found = Frames(), []
    while not found:
        found = frames.feed(line.recv(65536))
    return found[0].decode().split("\r")[1]


@pytest.mark.processes
def test_a_message_is_kept_before_it_is_answered_and_survives_a_kill(
    hospital: dict[str, str], fresh_database: FreshDatabase
) -> None:
    def count(table: str) -> int:
        with fresh_database.link(role="postgres") as link:  # past row-level security
            return len(link.execute(f"TABLE {table}").fetchall())

    raw = adt.admission()
    with serving(hospital) as (server, port), fresh_database.link() as holding:
        holding.execute("SELECT pg_advisory_lock(7302, hashtext('H-1001'))")  # whoever works on this patient waits
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as line:
            line.sendall(framed(raw))
            assert until(lambda: count("predictions_inboundmessage") == 1, seconds=SECONDS)
            server.send_signal(signal.SIGKILL)
            server.wait()
            assert line.recv(100) == b""  # no answer
    assert count("clinical_encounter") == 0
    with serving(hospital) as (server, port):
        assert count("clinical_encounter") == 1
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as line:
            assert asked(line, raw).startswith("MSA|AA|")
            assert asked(line, adt.discharge()).startswith("MSA|AA|")
            assert count("clinical_encounter") == 1
            os.kill(server.pid, signal.SIGTERM)
            assert server.wait(timeout=SECONDS) == 0


@pytest.mark.processes
def test_a_line_with_a_certificate_takes_only_senders_of_its_authority(hospital: dict[str, str], tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, sender, stranger = authority.issue("server"), authority.issue("sender"), Authority(tmp_path, "other").issue("else")
    options = ("--certificate", server[0], "--key", server[1], "--client-ca", authority.path)

    def said(port: int, shown: tuple[str, str] | None) -> str:
        context = ssl.create_default_context(cafile=authority.path)
        if shown is not None:
            context.load_cert_chain(*shown)
        plain = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        with context.wrap_socket(plain, server_hostname="localhost") as line:
            return asked(line, adt.admission())

    with serving(hospital, *options) as (_server, port):
        for shown in (None, stranger):
            with pytest.raises((ssl.SSLError, OSError)):
                said(port, shown)
        assert said(port, sender).startswith("MSA|AA|")
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as plain:
            plain.sendall(framed(adt.admission()))
            with suppress(ConnectionResetError):
                assert framed(b"MSH")[:4] not in plain.recv(100)  # at most TLS's own word for it


@pytest.mark.processes
def test_it_does_not_open_a_line_that_others_could_read(hospital: dict[str, str]) -> None:
    def said(*options: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", "serve_mllp", *options], cwd=ROOT, env=hospital, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 1
        return done.stderr

    assert "--plaintext" in said("--client", "Hospital ADT", "--host", "0.0.0.0")  # noqa: S104  that it refuses is the test
    assert "No EHR client" in said("--client", "Nobody")
