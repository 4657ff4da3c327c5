from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from mlops.leaks import plausibility


def run(*arguments: str | Path) -> str:
    told = io.StringIO()
    call_command("validate_model", *map(str, arguments), stdout=told)
    return told.getvalue()


def test_one_command_writes_figures_report_and_tables(cohort_file: Path, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"validation.{kind}" for kind in ("json", "html", "markdown")}
    options = [part for kind, path in files.items() for part in (f"--{kind}", path)]
    told = run("--protocol", "S", "--seed", "3", "--draws", "10", "--dataset", cohort_file, *options)
    found = json.loads(files["json"].read_text())
    assert (found["protocol"], found["seed"], found["rows"]) == ("S", 3, 1000)
    assert "Protocol S, seed 3: judged on 1,000 encounters" in told
    assert "--protocol S --seed 3" in files["html"].read_text()
    assert str(cohort_file) not in files["html"].read_text()
    assert "**Paired differences**" in files["markdown"].read_text()


def test_a_document_is_written_anew_by_its_own_commands(
    cohort_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document = tmp_path / "validation.md"
    document.write_text("<!-- validate_model --seed 3 --draws 5 -->\n<!-- end of validate_model -->\n")
    run("--document", document, "--dataset", cohort_file)
    assert "**Paired differences**" in document.read_text()
    assert json.loads((tmp_path / "var/validation/C-3.json").read_text())["draws"] == 5


def test_a_violated_check_ends_the_command_with_its_name_after_the_files_are_written(
    cohort_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plausibility, "LIMIT", 0.3)
    with pytest.raises(CommandError, match="no figure above may be believed: implausible_auc"):
        run("--draws", "5", "--dataset", cohort_file, "--json", tmp_path / "found.json")
    assert not json.loads((tmp_path / "found.json").read_text())["leaks"][-1]["passed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--engine", "boosted,forest"], "no engine called 'forest'; there are boosted"),
        (["--draws", "0"], "--draws 1 or more"),
        (["--repeat", "-1"], "--repeat is 0 or more"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_read(options: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*options, "--dataset", "nowhere.csv")
