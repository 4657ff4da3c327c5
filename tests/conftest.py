"""The world the tests run in: real PostgreSQL and Redis of our own, sockets shut outside this machine, and five people.

Alice is a nurse on Cardiology, Bob her colleague there, Charlie a nurse on Nephrology who may see nothing of hers.
Dana approves models, Erin audits, Frank administers; the EHR client belongs to Cardiology.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_socket
from django.core.management import call_command
from django.db import connections

from config.embedded import Servers
from tests.databases import FreshDatabase, drop_database, make_database
from tests.factories import CareUnitFactory, clinician, encounter_on, member
from tests.surroundings import SERVERS, TEMPLATE_DATABASE, TEST_DATABASE

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoDbBlocker

    from clinical.models import CareUnit, Encounter, User


@pytest.fixture(scope="session")
def servers() -> Servers:
    return SERVERS


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of this run, migrated by the owner and used by the application's role, as in a hospital."""
    with django_db_blocker.unblock():
        make_database(SERVERS, TEST_DATABASE)
        call_command("prepare_database", verbosity=0)
        connections.close_all()
        make_database(SERVERS, TEMPLATE_DATABASE, template=TEST_DATABASE)
        yield
        connections.close_all()
        drop_database(SERVERS, TEST_DATABASE)
        drop_database(SERVERS, TEMPLATE_DATABASE)


@pytest.fixture
def fresh_database(django_db_setup: None, servers: Servers, request: pytest.FixtureRequest) -> Iterator[FreshDatabase]:
    """For tests whose processes commit: a copy of the migrated, empty database."""
    name = f"{TEST_DATABASE}_{abs(hash(request.node.nodeid)) % 10**8}"
    make_database(servers, name, template=TEMPLATE_DATABASE)
    yield FreshDatabase(name, servers)
    drop_database(servers, name)


@pytest.fixture(autouse=True)
def _loopback_only(socket_enabled: None) -> None:
    """Sockets open, but to this machine alone."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


# --- people and places ------------------------------------------------------------------------------------------------------


@pytest.fixture
def cardiology(db: None) -> CareUnit:
    return CareUnitFactory(code="CARD", name="Cardiology")


@pytest.fixture
def nephrology(db: None) -> CareUnit:
    return CareUnitFactory(code="NEPH", name="Nephrology")


@pytest.fixture
def alice(cardiology: CareUnit) -> User:
    return clinician("alice", cardiology)


@pytest.fixture
def bob(cardiology: CareUnit) -> User:
    return clinician("bob", cardiology)


@pytest.fixture
def charlie(nephrology: CareUnit) -> User:
    return clinician("charlie", nephrology)


@pytest.fixture
def dana(db: None) -> User:
    return member("dana", "approver")


@pytest.fixture
def erin(db: None) -> User:
    return member("erin", "auditor")


@pytest.fixture
def frank(db: None) -> User:
    return member("frank", "administrator", is_staff=True)


@pytest.fixture
def ehr_client(cardiology: CareUnit) -> User:
    return member("ehr", "ehr_client", cardiology)


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """A browser session of somebody who has passed both factors."""

    def sign_in(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def encounter(cardiology: CareUnit) -> Encounter:
    """One patient of Alice's, on the ward now."""
    return encounter_on(cardiology)
