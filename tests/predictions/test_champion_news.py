"""A word by Redis wakes who listens; who hears nothing loses nothing."""

from __future__ import annotations

import threading
import time

import pytest
from pytest_django import Settings

from predictions import champion_news
from predictions.champion_news import News

LONG = 30.0
NOWHERE = "redis://127.0.0.1:1/0"


def test_an_announcement_wakes_the_listener_long_before_its_time_is_up() -> None:
    news = News()
    assert news.listen()
    champion_news.announce()
    started = time.monotonic()
    assert news.wait(LONG, unless=threading.Event())
    assert time.monotonic() - started < LONG / 2
    news.close()


def test_what_is_announced_many_times_is_heard_once() -> None:
    news = News()
    news.listen()
    for _time in range(20):
        champion_news.announce()
    assert news.wait(LONG, unless=threading.Event())
    assert not news.wait(0.2, unless=threading.Event())
    news.close()


def test_without_redis_nothing_is_heard_and_nobody_fails(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.REDIS_URL = NOWHERE
    news = News()
    assert not news.listen()
    assert not news.wait(0.05, unless=threading.Event())
    champion_news.announce()
    assert [line.levelname for line in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("redis_url", [None, NOWHERE])
def test_who_is_told_to_end_waits_no_longer(redis_url: str | None, settings: Settings) -> None:
    settings.REDIS_URL = redis_url or settings.REDIS_URL
    end = threading.Event()
    end.set()
    news = News()
    news.listen()
    started = time.monotonic()
    news.wait(LONG, unless=end)
    assert time.monotonic() - started < LONG / 2
    news.close()
