"""What every register does, asked of the one in memory and of a real MLflow server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from mlops.errors import RegisterRefusedError
from mlops.register.base import DataUsed, ModelRegister, RunRecord, VersionRecord
from mlops.register.memory import MemoryRegister
from mlops.register.mlflow_register import MlflowRegister
from predictions.engines.artefact import sha256_of

NAME = "readmission-30d"
BEGAN, ENDED = datetime(2026, 3, 1, 2, 0, tzinfo=UTC), datetime(2026, 3, 1, 2, 4, tzinfo=UTC)


@pytest.fixture(params=["memory", "mlflow"])
def register(request: pytest.FixtureRequest, own: str) -> ModelRegister:
    if request.param == "memory":
        return MemoryRegister()
    url = request.getfixturevalue("mlflow_url")
    return MlflowRegister(uri=url, experiment=own, prefix=f"{own}.", seconds=60)


def a_run(**changes: object) -> RunRecord:
    given: dict[str, object] = {
        "public_id": str(uuid4()), "title": "v1", "started_at": BEGAN, "ended_at": ENDED, "succeeded": True,
        "parameters": {"engine": "boosted"}, "metrics": {"auc": 0.69, "auc_low": 0.68}, "tags": {"wardlight.gate": "passed"},
        "files": {"plots/roc.svg": b"<svg/>", "verdict.json": b"{}"}, "data": DataUsed("file", "0" * 64, "{}"),
    }  # fmt: skip
    return RunRecord(**{**given, **changes})  # type: ignore[arg-type]


def a_version(run_id: str, *, number: int = 1, artefact: bytes = b"the model's bytes") -> VersionRecord:
    return VersionRecord(
        str(uuid4()), NAME, number, run_id, artefact, sha256_of(artefact), tags={"wardlight.engine": "boosted"}
    )


def test_a_run_recorded_twice_is_one_run(register: ModelRegister) -> None:
    run = a_run()
    assert register.record_run(run) == register.record_run(run)


def test_two_runs_are_two(register: ModelRegister) -> None:
    assert register.record_run(a_run()) != register.record_run(a_run())


def test_a_version_registered_twice_is_one_version(register: ModelRegister) -> None:
    version = a_version(register.record_run(a_run()))
    number = register.register_version(version)
    assert register.register_version(version) == number
    assert set(register.versions(NAME)) == {version.public_id}


def test_a_registered_version_is_found_by_our_id_with_its_digest(register: ModelRegister) -> None:
    first, second = (a_version(register.record_run(a_run()), number=n, artefact=bytes([n])) for n in (1, 2))
    for version in (first, second):
        register.register_version(version)
    there = register.versions(NAME)
    assert {key: known.sha256 for key, known in there.items()} == {v.public_id: v.sha256 for v in (first, second)}
    assert [there[v.public_id].registered_as for v in (first, second)] == ["1", "2"]


def test_an_alias_points_where_it_was_last_told_to(register: ModelRegister) -> None:
    numbers = [register.register_version(a_version(register.record_run(a_run()), number=n)) for n in (1, 2)]
    for number in numbers:
        register.point(name=NAME, alias="champion", registered_as=number)
    register.point(name=NAME, alias="previous", registered_as=numbers[0])
    assert register.aliases(NAME) == {"champion": numbers[1], "previous": numbers[0]}


def test_an_alias_is_taken_away_once_and_stays_away(register: ModelRegister) -> None:
    number = register.register_version(a_version(register.record_run(a_run())))
    register.point(name=NAME, alias="candidate", registered_as=number)
    for _ in range(2):
        register.unpoint(name=NAME, alias="candidate")
    assert register.aliases(NAME) == {}


def test_an_alias_cannot_point_at_a_version_that_is_not_there(register: ModelRegister) -> None:
    register.register_version(a_version(register.record_run(a_run())))
    with pytest.raises(RegisterRefusedError):
        register.point(name=NAME, alias="champion", registered_as="77")


@pytest.mark.parametrize("ask", [lambda r: r.versions(NAME), lambda r: r.aliases(NAME)])
def test_a_name_that_was_never_registered_has_nothing(register: ModelRegister, ask: Callable[[ModelRegister], object]) -> None:
    assert ask(register) == {}
