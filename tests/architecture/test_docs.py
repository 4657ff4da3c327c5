"""Documents that cannot rot: what they list is what there is, and what they tell to type runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import get_commands

from clinical.diabetes130.source import find_dataset
from config.environment import ROOT, Environment
from mlops.gates.profile import Clause, profile_called
from tests.databases import FreshDatabase

README = (ROOT / "README.md").read_text()
OURS = {"config", "clinical", "predictions", "mlops", "assistant"}
# What only the demonstration and CI can run in full; here it is enough that they start and explain themselves.
LONG = {"bin/demo", "bin/test", "bin/bench"}


def commands_of(text: str) -> list[str]:
    """Every line that starts with `$ ` in a console block."""
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [line.removeprefix("$ ").split("  #")[0].strip() for line in lines]


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    documented = set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs" / "settings.md").read_text(), flags=re.MULTILINE))
    existing = {
        str(field.validation_alias.choices[0]) if field.validation_alias else f"WARDLIGHT_{name.upper()}"  # type: ignore[union-attr]
        for name, field in Environment.model_fields.items()
    }
    assert documented == existing


def test_every_command_of_ours_is_in_the_readme_in_one_line() -> None:
    ours = {name for name, package in get_commands().items() if package in OURS}
    listed = set(re.findall(r"^\| `manage\.py (\w+)", README, flags=re.MULTILINE))
    assert listed == ours


def test_every_room_is_on_the_readmes_map() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} & OURS
    assert all(f"`{room}/`" in README for room in rooms)


def test_every_file_that_a_document_links_to_exists() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_heading_that_a_document_links_to_exists() -> None:
    for document in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", document.read_text()):
            headings = re.findall(
                r"^#+ (.*)$", (document.parent / target if target else document).read_text(), flags=re.MULTILINE
            )
            anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
            assert anchor in anchors, f"{document.name} links to {target}#{anchor}"


def test_the_documented_gate_is_the_one_that_judges() -> None:
    written = (ROOT / "docs" / "life-of-a-model.md").read_text()
    usual, demonstration = (profile_called(name) for name in ("default", "demonstration"))
    for clause, wider in zip(usual.clauses, demonstration.clauses, strict=True):
        assert f"| {clause.words} | {asked(clause)} | {asked(wider)} |" in written
    floors = (f"at least {profile.floors.floor:g}" for profile in (usual, demonstration))
    assert f"| {usual.floors.words} | {' | '.join(floors)} |" in written


def asked(clause: Clause) -> str:
    return f"{clause.direction.replace('_', ' ')} {' to '.join(f'{bound:g}' for bound in clause.bounds)}"


def test_every_ruling_is_a_numbered_title_with_its_reason() -> None:
    rulings = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert rulings
    for number, ruling in enumerate(rulings, start=1):
        assert ruling.name.startswith(f"{number:04d}-")
        assert len([part for part in ruling.read_text().split("\n\n") if part.strip()]) >= 3


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        re.split(r"[<>=~\[]", each)[0] for each in sum(project["optional-dependencies"].values(), project["dependencies"])
    }
    ruling = (ROOT / "docs" / "adr" / "0006-dependencies-each-with-its-reason.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \|", ruling, flags=re.MULTILINE)
    told = {re.split(r"[\[ ]", name)[0] for row in rows for name in row.split(", ")}
    assert wanted <= told, wanted - told


@pytest.mark.processes
def test_every_command_in_the_readme_runs(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """In the order of the page, on one database, with the small cohort that the page itself makes."""
    typed = commands_of(README)
    assert typed
    for command in typed:
        words = shlex.split(command)
        if words[0] == "git" or ("file" in words and find_dataset() is None):
            continue
        if words[0] in LONG:
            words = [words[0], "--help"]
        done = subprocess.run(
            [sys.executable, *words[1:]] if words[0].endswith("python") else words,
            cwd=ROOT,
            env={**fresh_database.environment(), "WARDLIGHT_ARTEFACTS": str(tmp_path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout[-800:]}\n{done.stderr[-800:]}"
