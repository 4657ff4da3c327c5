"""A populated application for the whole run, a browser for each module, and a screen for each person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from config.embedded import Servers
from tests.databases import FreshDatabase, drop_database, make_database
from tests.journeys.screen import Screen, chromium, find_chromium
from tests.served import Served, populate, serving
from tests.surroundings import TEMPLATE_DATABASE, TEST_DATABASE


@pytest.fixture(scope="session")
def populated(django_db_setup: None, servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshDatabase]:
    """A synthetic cohort with accounts, a champion and scores. Journeys add to it and never take away."""
    name = f"{TEST_DATABASE}_journeys"
    make_database(servers, name, template=TEMPLATE_DATABASE)
    database = FreshDatabase(name, servers)
    populate(database, folder_of(tmp_path_factory))
    yield database
    drop_database(servers, name)


@pytest.fixture(scope="session")
def served(populated: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(populated, folder_of(tmp_path_factory)) as running:
        yield running


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[Browser]:
    """For a module and not the run: while it is open, Django takes this thread for an asynchronous one."""
    if find_chromium() is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
    with chromium() as started:
        yield started


@pytest.fixture
def sit_down(browser: Browser, served: Served) -> Iterator[Callable[..., Screen]]:
    """Opens a window for one person; all are closed at the end."""
    screens: list[Screen] = []

    def open_window(*, scripts: bool = True) -> Screen:
        screens.append(Screen(browser, served, scripts=scripts))
        return screens[-1]

    yield open_window
    for screen in screens:
        screen.close()


def folder_of(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "served"
    folder.mkdir(exist_ok=True)
    return folder
