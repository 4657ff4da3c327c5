"""The report as a reviewer has it: one file, in TRIPOD+AI's order, to be read by eye, by ear and on paper."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from mlops.validation import plots, tables
from mlops.validation.document import commands_in, with_tables
from mlops.validation.report import context_of, report_of
from mlops.validation.result import ValidationResult
from mlops.validation.words import number, percent, signed
from tests.journeys.screen import ACCESSIBILITY, chromium, find_chromium

IN_ORDER = [
    "What for, and for whom", "Source of data", "Participants", "Outcome", "Predictors", "Sample size", "Missing data",
    "Model building", "Validation method", "Performance", "Calibration", "Groups of patients", "Decision curve", "Comparators",
    "Uncertainty", "Further seeds", "Leak checks", "Limits", "How to repeat",
]  # fmt: skip


@pytest.fixture(scope="module")
def found(result: ValidationResult) -> dict[str, Any]:
    return json.loads(json.dumps(result.as_json()))  # type: ignore[no-any-return]  # what the command writes


@pytest.fixture(scope="module")
def page(found: dict[str, Any]) -> str:
    return report_of(found)


def test_sections_come_in_the_order_of_tripod_ai(page: str) -> None:
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", page)[1:] == IN_ORDER


def test_the_file_needs_no_other_and_runs_nothing(page: str) -> None:
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert "url(" not in page


def test_every_figure_has_a_title_and_a_description(page: str) -> None:
    shown = re.findall(r'<svg role="img"[^>]*aria-labelledby="([^" ]+) ([^"]+)"', page)
    assert len(shown) == 8
    for title, description in shown:
        assert len(re.findall(rf'id="{title}"', page)) == len(re.findall(rf'id="{description}"', page)) == 1


def test_the_headline_is_the_results_own(page: str, found: dict[str, Any]) -> None:
    assert f"<dd>{found['engines']['boosted']['auc']:.3f} (" in page
    assert f"{found['rows']:,} held-out encounters" in page


def test_a_synthetic_cohort_is_called_one(page: str) -> None:
    assert "A synthetic cohort: no row of it tells of a real stay" in page


def test_a_violated_check_stands_on_top_of_the_page(found: dict[str, Any]) -> None:
    broken = {**found, "leaks": [{**found["leaks"][0], "passed": False}]}
    assert 'role="alert"' in report_of(broken)
    assert 'role="alert"' not in report_of(found)


def test_without_intervals_and_repeats_their_sections_are_left_out(found: dict[str, Any]) -> None:
    page = report_of({**found, "uncertainty": None, "repeats": None})
    assert "Uncertainty</h2>" not in page
    assert "Further seeds" not in page


def test_a_censored_group_has_no_figure_anywhere(found: dict[str, Any]) -> None:
    groups = found["engines"]["boosted"]["subgroups"]
    censored = {f"{group['factor']}: {group['group']}" for group in groups if group["censored"]}
    assert censored
    rows = [row for row in tables.subgroups(found, "boosted").rows if row[0] in censored]
    assert len(rows) == len(censored)
    assert all(not re.search(r"\d\.\d", "".join(row)) for row in rows)
    assert not censored & {whisker.words for whisker in context_of(found)["engines"][0]["subgroup_plot"].whiskers}


def test_all_ink_is_inside_its_plot(found: dict[str, Any]) -> None:
    context = context_of(found)
    drawn: list[plots.Plot] = [*context["plots"].values()]
    drawn += [plot for engine in context["engines"] for key, plot in engine.items() if key.endswith("_plot") and plot]
    for plot in drawn:
        points = [tuple(map(float, point.split(","))) for line in plot.lines for point in line.points.split()]
        assert all(plot.left - 1 <= x <= plot.right + 1 and plot.top - 1 <= y <= plot.bottom + 1 for x, y in points), plot.key


def test_lines_differ_by_their_number_and_dashes_too(found: dict[str, Any]) -> None:
    lines = context_of(found)["plots"]["roc"].measured_lines
    assert len({line.style for line in lines}) == len(lines) == 6


@pytest.mark.browser
@pytest.mark.parametrize("medium", ["screen", "print"])
def test_the_report_passes_the_accessibility_check(page: str, medium: Any) -> None:
    if find_chromium() is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
    with chromium() as browser:
        window = browser.new_page(viewport={"width": 1280, "height": 900})
        window.set_content(page)
        window.emulate_media(media=medium)
        assert not Axe().run(window, options=ACCESSIBILITY).response["violations"]
        window.emulate_media(media="screen")
        window.set_viewport_size({"width": 360, "height": 800})
        assert window.evaluate("document.documentElement.scrollWidth") <= 360


# --- words and tables --------------------------------------------------------------------------------------------------------


def test_numbers_are_written_with_true_minus_signs_and_no_minus_zero() -> None:
    assert [number(-0.0001), number(-0.25, 2), number(None), signed(0.02, 2), signed(-0.0, 2), percent(0.1119)] == [
        "0.000", "\N{MINUS SIGN}0.25", "\N{EN DASH}", "+0.02", "0.00", "11.2\N{NO-BREAK SPACE}%",
    ]  # fmt: skip


def test_every_row_of_a_table_has_a_cell_for_each_head(found: dict[str, Any]) -> None:
    for table in tables.of_document(found):
        assert {len(row) for row in table.rows} == {len(table.head)}, table.key


def test_the_terminal_is_told_the_figures_that_are_quoted(found: dict[str, Any]) -> None:
    lines = list(tables.lines_of(found))
    assert any("Boosted trees" in line and number(found["engines"]["boosted"]["auc"]) in line for line in lines)
    assert lines[-1] == f"Leak checks: {len(found['leaks'])} of {len(found['leaks'])} hold."


DOCUMENT = """# Title
<!-- validate_model --protocol C --seed 42 -->
old
<!-- end of validate_model -->
words between
<!-- validate_model --protocol S --seed 1 -->
<!-- end of validate_model -->
"""


def test_a_document_gets_the_tables_of_the_commands_it_names() -> None:
    assert commands_in(DOCUMENT) == ["--protocol C --seed 42", "--protocol S --seed 1"]
    written = with_tables(DOCUMENT, {"--protocol C --seed 42": "| new |\n"})
    assert "old" not in written
    assert "| new |\n<!-- end of validate_model -->\nwords between" in written
    assert "$ .venv/bin/python manage.py validate_model --protocol C --seed 42" in written
    assert with_tables(written, {"--protocol C --seed 42": "| new |\n"}) == written


def test_a_document_can_ask_for_some_of_the_tables() -> None:
    asked = "<!-- validate_model --protocol C --seed 1 | Second -->\n<!-- end of validate_model -->\n"
    tables = "**First**\n\n| a |\n\n**Second**\n\n| b |\n\n**Third**\n\n| c |\n"
    written = with_tables(asked, {"--protocol C --seed 1": tables})
    assert "**Second**\n\n| b |\n<!-- end of validate_model -->" in written
    assert "First" not in written
    assert "Third" not in written
    assert with_tables(written, {"--protocol C --seed 1": tables}) == written
    with pytest.raises(KeyError, match="Fourth"):
        with_tables(asked.replace("Second", "Fourth"), {"--protocol C --seed 1": tables})


def test_the_validation_document_names_commands_that_can_be_run() -> None:
    arguments = commands_in(Path("docs/validation.md").read_text())
    assert {words.split()[1] for words in arguments} == {"C", "S"}
