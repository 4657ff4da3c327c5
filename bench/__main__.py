"""The command: which benches, how often, on how many encounters."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import doors, importing, loading, machine, memory, report, scoring, swap, training, worklist
from bench.databases import BenchError
from bench.figures import Figure
from bench.world import SYNTHETIC_ENCOUNTERS, World, say, world
from config.embedded import EmbeddedServerError
from config.environment import VAR

RUNS = 3
JSON = VAR / "bench.json"


@dataclass(frozen=True)
class Bench:
    """One name on the command line."""

    what: str
    measure: Callable[[World], list[Figure]]
    is_long: bool = False


BENCHES = {
    "load": Bench("load the data set into an empty database", loading.measure),
    "import_ndjson": Bench("import 100,000 stays from one file", importing.measure),
    "train": Bench("train and evaluate the default model", training.measure_training),
    "validate": Bench("validate the default model from the raw file", training.measure_validation),
    "score_all": Bench("score everybody anew, explanations stored", scoring.measure_all),
    "score_one": Bench("score one encounter in process", scoring.measure_one),
    "worklist": Bench("the worklist page over HTTP", worklist.measure),
    "swap": Bench("change the champion under load", swap.measure),
    "memory": Bench("what a web worker holds", memory.measure),
    "api": Bench("one encounter through the API, beside servers that only predict", doors.measure_api),
    "cds": Bench("the cards of a discharge", doors.measure_cards),
    "batch": Bench("a thousand stays in one request", doors.measure_batch),
    "worklist_10x": Bench("the worklist page at ten times as many encounters", worklist.measure_tenfold, is_long=True),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write. Returns 0 also where a target is missed: the table says so, and a machine may be busy."""
    options = _options(arguments)
    if options.list:
        print("\n".join(f"{name:<13} {_described(bench)}" for name, bench in BENCHES.items()))
        return 0
    signal.signal(signal.SIGTERM, _as_interrupt)
    signal.signal(signal.SIGINT, _as_interrupt)  # a shell's background job is started deaf to it
    names = options.names or [name for name, bench in BENCHES.items() if options.all or not bench.is_long]
    try:
        figures, facts = _measure(names, runs=options.runs, synthetic_encounters=options.encounters)
    except (BenchError, EmbeddedServerError) as trouble:
        sys.stderr.write(f"wardlight: {trouble}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; nothing is left behind.\n")
        return 130
    report.write(options.json, figures, facts)
    print(report.show_facts(facts) + "\n\n" + report.show(figures))
    return 0


def _measure(names: Sequence[str], *, runs: int, synthetic_encounters: int) -> tuple[list[Figure], dict[str, Any]]:
    figures: list[Figure] = []
    facts: dict[str, Any] = machine.facts()
    conditions: dict[str, dict[str, float]] = {}
    with world(runs=runs, synthetic_encounters=synthetic_encounters) as filled:
        facts["cohort"] = filled.cohort
        for name in names:
            conditions[name] = machine.conditions()
            say(f"{name}: {report.show_conditions(conditions[name])}")
            figures += BENCHES[name].measure(filled)
    return figures, {**facts, "before": conditions}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/bench",
        description="Times Wardlight's jobs on a database of its own, each beside a reference, and prints a table.",
        epilog="Names: " + "; ".join(f"{name}: {_described(bench)}" for name, bench in BENCHES.items()) + ".",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; without any, all but the long")
    parser.add_argument("--all", action="store_true", help="the long ones too")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument("--runs", type=_count, default=RUNS, metavar="N", help="runs of each (%(default)s)")
    parser.add_argument(
        "--encounters", type=_count, default=SYNTHETIC_ENCOUNTERS, metavar="N",
        help="size of the synthetic cohort that is used where the data set is not found (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, default=JSON, metavar="FILE", help="where the figures go (var/bench.json)")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in BENCHES]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    return options


def _described(bench: Bench) -> str:
    return f"{bench.what} (long: only when named, or with --all)" if bench.is_long else bench.what


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        msg = "must be at least 1"
        raise argparse.ArgumentTypeError(msg)
    return number


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
