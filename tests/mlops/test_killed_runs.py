"""A worker is killed at every boundary of a run: the next one goes on from there, and one candidate comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from mlops.models import RunStep
from tests.databases import FreshDatabase
from tests.workers import Workplace, kill_group, until

pytestmark = pytest.mark.processes
BOUNDARIES = [f"{when}:{step.value}" for step in RunStep if step != RunStep.DONE for when in ("take", "done")]
# what a worker is about to store is held up at the boundary that the test has named, before it is committed
TRAP = b"""
CREATE TABLE trap (point text);
GRANT SELECT ON trap TO PUBLIC;
CREATE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE here text := CASE WHEN NEW.step <> OLD.step THEN 'done:' || OLD.step
                          WHEN NEW.held_by <> '' AND NEW.held_by <> OLD.held_by THEN 'take:' || NEW.step END;
BEGIN
    IF EXISTS (SELECT 1 FROM trap WHERE point = here) THEN PERFORM pg_advisory_xact_lock(424242); END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spring BEFORE UPDATE ON mlops_trainingrun FOR EACH ROW EXECUTE FUNCTION spring();
"""
WAITING = b"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 424242 AND NOT granted"
END_WAITING = b"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 424242 AND NOT granted"


@pytest.fixture
def workplace(fresh_database: FreshDatabase, tmp_path: Path) -> Workplace:
    place = Workplace(fresh_database, tmp_path, redis_number=8, changes={})
    place.forget_queue()
    for arguments in (["make_cohort", "--encounters", "2000", "--seed", "5"], ["make_demo_accounts"]):
        done = place.manage(*arguments)
        assert done.returncode == 0, done.stderr
    return place


def test_a_run_whose_worker_is_killed_at_every_boundary_ends_with_one_candidate(workplace: Workplace) -> None:
    started = workplace.manage("retrain", "--by", "administrator", "--gate", "demonstration", "--reason", "Drill")
    assert started.returncode == 0, started.stderr
    with trap(workplace.database) as link:
        for boundary in BOUNDARIES:
            kill_at(boundary, workplace, link)
    with workplace.worker():
        assert until(lambda: told(workplace) and state(workplace) not in {"waiting", "running"}, seconds=120), tail(workplace)
    assert (state(workplace), failure(workplace)) == ("awaiting", "")
    assert rows(workplace, "SELECT number, status FROM predictions_modelversion") == [(1, "candidate")]
    assert rows(workplace, "SELECT count(*) FROM mlops_evidence WHERE sealed_at IS NOT NULL") == [(1,)]
    assert rows(workplace, "SELECT count(*) FROM clinical_message WHERE kind = 'registry.run'") == [(1,)]
    assert rows(workplace, "SELECT count(*) FROM mlops_tenure") == [(0,)]


def kill_at(boundary: str, workplace: Workplace, link: psycopg.Connection[tuple[object, ...]]) -> None:
    """A worker comes to the boundary and dies there with its transaction; the queue forgets what it was told."""
    link.execute("UPDATE trap SET point = %s", [boundary])
    with workplace.worker() as worker:
        assert until(lambda: told(workplace) and link.execute(WAITING).fetchall(), seconds=90), f"{boundary}: {tail(workplace)}"
        kill_group(worker)
    link.execute(END_WAITING)
    workplace.forget_queue()


@contextmanager
def trap(database: FreshDatabase) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with database.link(role="postgres") as link:
        link.execute(TRAP)
        link.execute("INSERT INTO trap VALUES ('')")
        link.execute("SELECT pg_advisory_lock(424242)")
        yield link
        link.execute("DELETE FROM trap")
        link.execute("SELECT pg_advisory_unlock(424242)")


def told(workplace: Workplace) -> bool:
    """What the schedule does every ten seconds."""
    workplace.send("mlops.tasks.continue_runs")
    return True


def state(workplace: Workplace) -> object:
    return rows(workplace, "SELECT state FROM mlops_trainingrun")[0][0]


def failure(workplace: Workplace) -> object:
    return rows(workplace, "SELECT failure FROM mlops_trainingrun")[0][0]


def rows(workplace: Workplace, query: str) -> list[tuple[object, ...]]:
    with workplace.database.link(role="postgres") as link:
        return link.execute(query.encode()).fetchall()


def tail(workplace: Workplace) -> str:
    return workplace.log.read_text(errors="replace")[-3000:]
