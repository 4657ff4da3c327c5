"""`api`, `cds` and `batch`: the doors for systems over HTTP, as deployed, beside two servers that only predict.

Every stay that is sent is a new one: it is authenticated, checked, stored, scored, explained and audited before the answer.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.callers import Call, one_by_one, side_by_side
from bench.databases import Database
from bench.figures import P95, Figure, Target
from bench.reference.stays import CATEGORIES, CODES, COUNTS, DRUGS, SEED, some_stays
from bench.serving import Server, referring, serving
from bench.world import World, say

ALONE, ALONE_TAIL = Target(at_most=6), Target(at_most=10, judged=P95)
CROWDED = Target(at_most=50, judged=P95)
CARDS = Target(at_most=200, judged=P95)
BATCH_SECONDS = Target(at_most=1.5)
MEGABYTES = Target(at_most=280)
TIMES_PANDAS, PART_OF_LEAN, TIMES_AS_SLOW = 3, 0.25, 1.3
CONNECTIONS = 8
WARM_UP, CALLS_ALONE, CALLS_CROWDED = 60, 300, 1_600
CARDS_PER_RUN, BATCH, BATCHES_PER_RUN = 200, 1_000, 3
PATIENTS, FEW_EARLIER, MANY_EARLIER = 30, 4, 40
ENCOUNTERS, BATCHES, SERVICE = "/api/v1/encounters", "/api/v1/encounters/batch", "/cds-services/readmission-30d"
PANDAS, LEAN = "bench.reference.pandas_server:app", "bench.reference.lean_server:app"
PANDAS_WHAT = "FastAPI, pandas and XGBClassifier, which only predicts"
LEAN_WHAT = "FastAPI, a row built by hand, inplace_predict and pred_contribs"


@dataclass
class Sender:
    """An EHR client: whom it calls, with what token, and about which ward."""

    server: Server
    told: dict[str, Any]
    chance: random.Random

    def stay(self, patient: str = "") -> dict[str, Any]:
        return a_stay(self.chance, unit=self.told["unit"], patient=patient)

    def telling(self, patient: str = "") -> Call:
        return self.call(ENCOUNTERS, self.stay(patient), expects=(201,))

    def call(self, path: str, body: Any, *, expects: tuple[int, ...] = (200,)) -> Call:
        return Call.of(path, body, headers={"Authorization": f"Bearer {self.told['token']}"}, expects=expects)


def measure_api(world: World) -> list[Figure]:
    """Ours and the references take turns run by run, each with the machine to itself."""
    with world.scored.copy("doors") as database:
        ours = _rounds(world.runs, lambda: _ours(database))
        histories = _in_turn_with_history(database, runs=world.runs)
        statements = database.probe("statements_by_history", role="api", earlier=[FEW_EARLIER, MANY_EARLIER])
    pandas, lean = (_rounds(world.runs, lambda app=app: _reference(app)) for app in (PANDAS, LEAN))  # type: ignore[misc]
    rates = {"pandas": pandas.rate, "lean": lean.rate}
    say("api: " + ", ".join(f"{name} {rate:.0f}/s" for name, rate in {"ours": ours.rate, **rates}.items()))
    few, many = histories
    what = "one encounter stored, scored, explained, audited"
    return [
        Figure("api", f"{what}: alone", "ms", ours.alone, ALONE, pandas.alone, PANDAS_WHAT),
        Figure("api_tail", f"{what}: alone", "ms", ours.alone, ALONE_TAIL, lean.alone, LEAN_WHAT),
        Figure("api_8", f"{what}: at {CONNECTIONS} connections", "ms", ours.crowded, CROWDED, pandas.crowded, PANDAS_WHAT),
        Figure(
            "api_rate", f"at {CONNECTIONS} connections", "1/s", ours.rates, Target(at_least=TIMES_PANDAS * pandas.rate),
            pandas.rates, PANDAS_WHAT,
        ),
        Figure(
            "api_rate_lean", f"at {CONNECTIONS} connections", "1/s", ours.rates, Target(at_least=PART_OF_LEAN * lean.rate),
            lean.rates, LEAN_WHAT,
        ),
        Figure(
            "api_history", f"of a patient with {MANY_EARLIER} earlier stays", "ms", many,
            Target(at_most=TIMES_AS_SLOW * Figure("", "", "", few).median), few, f"of one with {FEW_EARLIER}",
        ),
        Figure(
            "api_statements", f"SQL statements for a patient with {MANY_EARLIER} earlier stays", "",
            [[float(statements[1])]], Target(at_most=float(statements[0])), [[float(statements[0])]], f"with {FEW_EARLIER}",
        ),
        Figure("api_memory", "RSS of the largest api worker after all that", "MB", ours.memory, MEGABYTES),
    ]  # fmt: skip


def measure_cards(world: World) -> list[Figure]:
    """The hook of a discharge about stays that the record holds and that have a score."""
    times = []
    with world.scored.copy("doors") as database, _sender(database) as sender:
        stays = database.probe("stays_of", unit=sender.told["unit"], count=CARDS_PER_RUN)
        for _run in range(world.runs):
            calls = [sender.call(SERVICE, _hook(stay)) for stay in stays]
            times.append(one_by_one(sender.server.port, calls))
    return [Figure("cds", "encounter-discharge: cards about a stay on record", "ms", times, CARDS)]


def measure_batch(world: World) -> list[Figure]:
    """A thousand new stays in one request."""
    times, alone = [], []
    with world.scored.copy("doors") as database, _sender(database) as sender:
        one_by_one(sender.server.port, [_batch(sender, 20)])
        for _run in range(world.runs):
            found = one_by_one(sender.server.port, [_batch(sender, BATCH) for _number in range(BATCHES_PER_RUN)])
            times.append([milliseconds / 1000 for milliseconds in found])
            one = one_by_one(sender.server.port, [sender.telling() for _number in range(CALLS_ALONE // 10)])
            alone.append([BATCH * milliseconds / 1000 for milliseconds in one])
    what = f"{BATCH:,} stays in one request, each stored, scored, explained"
    return [Figure("batch", what, "s", times, BATCH_SECONDS, alone, f"{BATCH:,} times one stay alone")]


def a_stay(chance: random.Random, *, unit: str, patient: str = "") -> dict[str, Any]:
    """A stay that ended some weeks ago, as the API takes it."""
    number = uuid.UUID(int=chance.getrandbits(128)).hex[:16]
    out = datetime.now(UTC).replace(microsecond=0) - timedelta(days=chance.randint(1, 60))
    texts = ("race", "payer_code", "medical_specialty", "diagnosis_1", "diagnosis_2", "diagnosis_3", "a1c_result",
             "max_glucose_serum")  # fmt: skip
    told = {name: chance.choice(CATEGORIES[name]) for name in texts}
    doses = {drug: chance.choice(CATEGORIES[drug]) for drug in DRUGS[:4]}
    return {
        "patient": {
            "medical_record_number": patient or f"B{number}", "family_name": "Okafor", "given_name": "Miriam",
            "birth_date": f"19{chance.randint(30, 80)}-04-02", "sex": "female",
        },
        "visit_number": f"V{number}", "unit": unit,
        "admitted_at": (out - timedelta(days=chance.randint(1, 12))).isoformat(), "discharged_at": out.isoformat(),
        **{name: chance.randint(0, most) for name, most in COUNTS.items() if name != "length_of_stay_days"},
        **{name: chance.randint(1, most) for name, most in CODES.items() if name != "admission_source"}, "admission_source": 7,
        **{name: text for name, text in told.items() if text},
        "drugs": {drug: dose for drug, dose in doses.items() if dose != "no"},
    }  # fmt: skip


@dataclass
class _Rounds:
    """All that one server showed."""

    alone: list[list[float]]
    crowded: list[list[float]]
    rates: list[list[float]]
    memory: list[list[float]]

    @property
    def rate(self) -> float:
        return Figure("", "", "", self.rates).median


@contextmanager
def _ours(database: Database) -> Iterator[tuple[Server, Callable[[], Call]]]:
    with _sender(database) as sender:
        yield sender.server, sender.telling


@contextmanager
def _reference(application: str) -> Iterator[tuple[Server, Callable[[], Call]]]:
    stays = iter(some_stays(10 * CALLS_CROWDED, seed=SEED + 1))
    with referring(application) as server:
        yield server, lambda: Call.of("/predict", next(stays))


def _rounds(runs: int, opened: Callable[[], Any]) -> _Rounds:
    found = _Rounds([], [], [], [])
    for _run in range(runs):
        with opened() as (server, new_call):
            one_by_one(server.port, [new_call() for _number in range(WARM_UP)])
            side_by_side(server.port, [new_call() for _number in range(WARM_UP)], connections=CONNECTIONS)
            found.alone.append(one_by_one(server.port, [new_call() for _number in range(CALLS_ALONE)]))
            calls = [new_call() for _number in range(CALLS_CROWDED)]
            times, rate = side_by_side(server.port, calls, connections=CONNECTIONS)
            found.crowded.append(times)
            found.rates.append([rate])
            found.memory.append([max(float(worker.memory_info().rss) for worker in server.workers) / 1e6])
    return found


@contextmanager
def _sender(database: Database) -> Iterator[Sender]:
    """A server of the api role, ready, and a client with a token."""
    told = database.probe("ehr_client", role="api")
    with serving({**database.environment(), "WARDLIGHT_ROLE": "api"}, ready="/health/ready") as server:
        yield Sender(server, told, random.Random(uuid.uuid4().int))  # noqa: S311  every stay is to be a new one


def _in_turn_with_history(database: Database, *, runs: int) -> tuple[list[list[float]], list[list[float]]]:
    """New stays of patients with few earlier ones and with ten times as many, one of each in turn."""
    times: tuple[list[list[float]], list[list[float]]] = ([], [])
    with _sender(database) as sender:
        for run in range(runs):
            people = [(f"{kind}{run}-{number}-{uuid.uuid4().hex[:8]}", earlier) for number in range(PATIENTS)
                      for kind, earlier in (("F", FEW_EARLIER), ("M", MANY_EARLIER))]  # fmt: skip
            before = [sender.stay(name) for name, earlier in people for _stay in range(earlier)]
            for first in range(0, len(before), BATCH):
                one_by_one(sender.server.port, [sender.call(BATCHES, {"encounters": before[first : first + BATCH]})])
            one_by_one(sender.server.port, [sender.telling() for _number in range(WARM_UP)])
            found = one_by_one(sender.server.port, [sender.telling(name) for name, _earlier in people])
            times[0].append(found[0::2])
            times[1].append(found[1::2])
    return times


def _batch(sender: Sender, count: int) -> Call:
    return sender.call(BATCHES, {"encounters": [sender.stay() for _number in range(count)]})


def _hook(stay: dict[str, str]) -> dict[str, Any]:
    context = {"userId": "Practitioner/7", "patientId": stay["patient"], "encounterId": stay["encounter"]}
    return {"hook": "encounter-discharge", "hookInstance": str(uuid.uuid4()), "context": context}
