from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from clinical.models import User
from mlops import releases
from predictions import champion
from predictions.errors import ArtefactMissingError, NoChampionError
from predictions.models import ModelVersion
from tests import small_model


def lose_file_of(version: ModelVersion, settings: Settings) -> None:
    (Path(settings.ARTEFACTS) / f"{version.artefact_sha256}.model").unlink()


@pytest.mark.django_db
def test_without_a_champion_the_process_says_that_it_is_not_ready() -> None:
    with pytest.raises(NoChampionError):
        champion.current()
    assert champion.reasons_not_ready() == ["No model has been promoted yet."]


def test_the_promoted_version_is_held_and_ready(version: ModelVersion) -> None:
    assert champion.current().public_id == version.public_id
    assert champion.reasons_not_ready() == []


def test_a_new_champion_takes_over_at_the_next_look(version: ModelVersion, dana: User, settings: Settings) -> None:
    settings.CHAMPION_POLL_SECONDS = 0
    before = champion.current()
    after = small_model.promoted(dana, seed=1)
    assert champion.current().version_id == after.pk != before.version_id


def test_between_two_looks_the_database_is_not_asked(
    version: ModelVersion, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.CHAMPION_POLL_SECONDS = 300
    held = champion.current()
    with django_assert_num_queries(0):
        assert champion.current() is held


def test_a_champion_that_cannot_be_loaded_leaves_the_old_one_and_alarms(
    version: ModelVersion, dana: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CHAMPION_POLL_SECONDS = 0
    champion.current()
    lose_file_of(small_model.promoted(dana, seed=2), settings)
    caplog.clear()
    assert champion.current().version_id == version.pk
    assert [line.levelname for line in caplog.records] == ["CRITICAL"]


def test_a_process_that_never_held_one_names_what_is_wrong(version: ModelVersion, settings: Settings) -> None:
    lose_file_of(version, settings)
    with pytest.raises(ArtefactMissingError):
        champion.current()
    assert "cannot be read" in champion.reasons_not_ready()[0]


def test_the_way_back_loads_nothing(version: ModelVersion, dana: User, settings: Settings) -> None:
    before = champion.refresh()
    after = small_model.promoted(dana, seed=1)
    assert champion.refresh().version_id == after.pk
    releases.rollback(by=dana, reason="It flags far too many people.")
    lose_file_of(version, settings)
    assert champion.refresh().model is before.model


def test_a_refused_champion_is_told_and_forgotten_when_the_old_one_comes_back(
    version: ModelVersion, dana: User, settings: Settings
) -> None:
    champion.refresh()
    spoiled = small_model.promoted(dana, seed=1)
    ModelVersion.objects.filter(pk=spoiled.pk).update(signature="")
    assert champion.refresh().version_id == version.pk
    assert champion.warnings() == [f"Version {spoiled.number} is refused: The model's version is not signed."]
    assert champion.reasons_not_ready() == []
    releases.rollback(by=dana, reason="It cannot be loaded anywhere.")
    assert champion.refresh().version_id == version.pk
    assert champion.warnings() == []


def test_a_refused_version_is_left_alone_for_a_while(version: ModelVersion, dana: User, settings: Settings) -> None:
    settings.CHAMPION_POLL_SECONDS = 300
    champion.refresh()
    after = small_model.promoted(dana, seed=1)
    ModelVersion.objects.filter(pk=after.pk).update(signature="")
    champion.refresh()
    ModelVersion.objects.filter(pk=after.pk).update(signature=after.signature)
    assert champion.refresh().version_id == version.pk, "it was tried again at once"


def test_a_refused_version_that_is_mended_takes_over(version: ModelVersion, dana: User, settings: Settings) -> None:
    settings.CHAMPION_POLL_SECONDS = 0
    champion.refresh()
    after = small_model.promoted(dana, seed=1)
    ModelVersion.objects.filter(pk=after.pk).update(signature="")
    assert champion.refresh().version_id == version.pk
    ModelVersion.objects.filter(pk=after.pk).update(signature=after.signature)
    assert champion.refresh().version_id == after.pk
    assert champion.warnings() == []


def test_where_somebody_watches_a_request_never_looks(
    version: ModelVersion, dana: User, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.CHAMPION_POLL_SECONDS = 0
    held = champion.current()
    champion.watched(lambda: True)
    try:
        small_model.promoted(dana, seed=1)
        with django_assert_num_queries(0):
            assert champion.current() is held
    finally:
        champion.watched(bool)


def test_a_watch_that_died_is_no_watch(version: ModelVersion, dana: User, settings: Settings) -> None:
    settings.CHAMPION_POLL_SECONDS = 0
    champion.current()
    champion.watched(lambda: False)
    after = small_model.promoted(dana, seed=1)
    assert champion.current().version_id == after.pk
