from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinical.access import scope_of, scope_of_the_system
from clinical.diabetes130.columns import ENCOUNTER_COLUMNS
from clinical.encounter_table import COLUMNS, OF_THE_STAY
from clinical.history import NotYetKnownError, histories, history_of
from clinical.models import Encounter, User
from tests.factories import EncounterFactory

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def stays(encounter: Encounter) -> list[Encounter]:
    """Four stays of one patient, oldest first; the last begins tomorrow."""
    with scope_of_the_system():
        return [
            EncounterFactory(
                patient=encounter.patient,
                unit=encounter.unit,
                admitted_at=NOW + timedelta(days=days),
                discharged_at=NOW + timedelta(days=days + 3),
            )
            for days in (-90, -60, -1, 1)
        ]


def test_nothing_later_than_the_moment_appears(stays: list[Encounter]) -> None:
    with scope_of_the_system():
        history = history_of(stays[2], as_of=NOW)
    assert history.row["encounter_id"] == stays[2].pk
    known = [earlier.encounter_id for earlier in history.earlier]
    assert known[0:2] == [stays[0].pk, stays[1].pk]
    assert stays[3].pk not in known
    assert all(earlier.admitted_at <= NOW for earlier in history.earlier)


def test_a_discharge_that_has_not_happened_yet_is_not_known(stays: list[Encounter]) -> None:
    with scope_of_the_system():
        # a stay elsewhere that began before this one and has not ended
        Encounter.objects.filter(pk=stays[1].pk).update(discharged_at=NOW + timedelta(days=2))
        history = history_of(stays[2], as_of=NOW)
    ended = {earlier.encounter_id: earlier.discharged_at for earlier in history.earlier}
    assert ended[stays[0].pk] == stays[0].discharged_at
    assert ended[stays[1].pk] is None


def test_an_encounter_of_the_future_is_refused(stays: list[Encounter]) -> None:
    with scope_of_the_system(), pytest.raises(NotYetKnownError):
        history_of(stays[3], as_of=NOW)
    with scope_of_the_system():
        assert histories([stays[3].pk], as_of=NOW).height == 0


def test_one_row_is_that_of_the_batch(stays: list[Encounter]) -> None:
    with scope_of_the_system():
        together = histories([stay.pk for stay in stays], as_of=NOW)
        alone = history_of(stays[1], as_of=NOW).columns
    assert together.columns == list(COLUMNS)
    assert together["encounter_id"].to_list() == [stay.pk for stay in stays[:3]]
    assert alone == together.row(1, named=True)
    assert alone["drug_insulin"] == "up"
    assert alone["drug_glyburide_metformin"] == "no"
    assert alone["max_glucose_serum"] == ""


def test_a_row_tells_of_the_stays_that_began_before_it(stays: list[Encounter]) -> None:
    with scope_of_the_system():
        Encounter.objects.filter(pk=stays[0].pk).update(medications_count=3)
        together = histories([stay.pk for stay in stays], as_of=NOW)
        # asked for alone, the last one still knows the others
        alone = histories([stays[2].pk], as_of=NOW)
    # the encounter of the fixture began in between
    assert together["earlier_stays_count"].to_list() == [0, 1, 3]
    assert together["previous_medications_count"].to_list() == [None, 3, 16]
    assert together["earlier_medications_count"].to_list() == [0, 3, 35]
    assert alone.equals(together[2:3])


def test_stays_of_later_days_change_no_row(stays: list[Encounter]) -> None:
    with scope_of_the_system():
        then = histories([stays[1].pk], as_of=NOW - timedelta(days=30))
        now = histories([stays[1].pk], as_of=NOW)
    assert then.equals(now)


def test_a_stranger_sees_no_history(stays: list[Encounter], charlie: User) -> None:
    with scope_of(charlie), pytest.raises(NotYetKnownError):
        history_of(stays[1], as_of=NOW)
    with scope_of(charlie):
        assert histories([stays[1].pk], as_of=NOW).height == 0


def test_both_readers_give_the_same_columns() -> None:
    assert set(OF_THE_STAY) == set(ENCOUNTER_COLUMNS)
