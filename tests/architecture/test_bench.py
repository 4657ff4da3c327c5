"""The bench is never timed by a test: here it is enough that it starts, and that its document names what there is."""

from __future__ import annotations

import re
import subprocess
import sys

from bench.__main__ import BENCHES
from bench.figures import P95, Figure, Target
from config.environment import ROOT

DOCUMENT = (ROOT / "docs" / "performance.md").read_text()


def test_the_list_and_the_help_name_every_bench() -> None:
    for question in ("--list", "--help"):
        done = _bench(question)
        assert done.returncode == 0, done.stderr
        assert all(name in done.stdout for name in BENCHES)


def test_a_name_that_does_not_exist_is_refused() -> None:
    done = _bench("nonsense")
    assert done.returncode == 2
    assert "nonsense" in done.stderr


def test_the_document_lists_exactly_the_benches_there_are() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENT, flags=re.MULTILINE)
    assert documented == list(BENCHES)


def test_the_document_shows_a_figure_of_every_bench() -> None:
    shown = re.findall(r"^(\w+) +[\d.]+ ", DOCUMENT, flags=re.MULTILINE)
    assert set(BENCHES) <= set(shown)


def test_a_figure_is_the_median_of_its_runs_beside_the_reference() -> None:
    figure = Figure("page", "a page", "ms", [[1.0, 2.0, 9.0], [3.0, 4.0, 5.0]], Target(8, judged=P95), reference=[[2.0]])
    assert (figure.median, figure.p95, figure.ratio, figure.is_met) == (3.0, 9.0, 1.5, False)


def _bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
