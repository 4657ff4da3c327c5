"""The tests talk to this machine and to nobody else."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

SOMEBODY_ELSE = "192.0.2.1"  # an address kept for documentation (RFC 5737); the guard refuses before a packet is sent


def test_a_test_cannot_reach_another_machine() -> None:
    # the guard warns before it raises, and here a warning is an error
    refused = pytest.raises((SocketConnectBlockedError, UserWarning), match="tried to use socket")
    with refused, socket.socket() as attempt:
        attempt.connect((SOMEBODY_ELSE, 80))


def test_a_test_reaches_this_machine() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()
