from __future__ import annotations

import hashlib
import io
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from mlops.errors import PackRefusedError
from mlops.evidence_pack import canonical, check, manifest_of, pack, sealed
from mlops.models import Evidence
from mlops.steps import card, evaluate, gate
from tests import small_model
from tests.mlops.appraised import run_with_a_model


def evidence(*, is_sealed: bool = True) -> Evidence:
    run = run_with_a_model()
    for step in (evaluate, gate, card):
        step.take(run)
    made = Evidence.objects.get(run=run)
    made.version, made.lineage = small_model.recorded(), {"code": "c0ffee", "seed": 7}
    if is_sealed:
        parts = {name: getattr(made, name) for name in ("appraisal", "verdict", "card", "lineage")}
        made.parts_sha256, made.seal = sealed(parts)
        made.sealed_at = timezone.now()
    made.save()
    return Evidence.objects.get(pk=made.pk)


def rewritten(data: bytes, **files: bytes | None) -> bytes:
    """The same archive with some files changed, added or (None) gone; `_` stands for the dot of a name."""
    changed = {name.replace("_", "."): content for name, content in files.items()}
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        kept = {name: before.read(name) for name in before.namelist()}
        for name, content in {**kept, **changed}.items():
            if content is not None:
                after.writestr(name, content)
    return made.getvalue()


def test_a_seal_depends_on_every_part_and_on_no_order() -> None:
    parts = {"appraisal": {"auc": 0.7, "n": 3}, "verdict": {"passed": True}}
    digests, seal = sealed(parts)
    assert sealed({"verdict": {"passed": True}, "appraisal": {"n": 3, "auc": 0.7}}) == (digests, seal)
    assert sealed({**parts, "verdict": {"passed": False}})[1] != seal
    assert digests["verdict"] == hashlib.sha256(b'{"passed":true}').hexdigest()


def test_a_number_that_json_has_not_is_never_sealed() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        sealed({"appraisal": {"auc": float("nan")}})


@pytest.mark.django_db
def test_numbers_are_sealed_as_the_database_gives_them_back() -> None:
    odd = {
        "zero": -0.0,
        "large": 1e22,
        "small": 5e-324,
        "tiny": 1e-07,
        "whole": 3.0,
        "far": 123456789012345680.0,
        "text": "é\u2013",
    }
    run = run_with_a_model()
    Evidence.objects.create(run=run, appraisal=odd)
    assert canonical(Evidence.objects.get(run=run).appraisal) == canonical(odd)


@pytest.mark.django_db
def test_a_pack_is_intact_and_the_same_each_time_it_is_made() -> None:
    made = evidence()
    data = pack(made)
    assert check(data) == []
    assert pack(Evidence.objects.get(pk=made.pk)) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert hashlib.sha256(archive.read("parts.json")).hexdigest() == made.seal
        assert hashlib.sha256(archive.read("verdict.json")).hexdigest() == made.parts_sha256["verdict"]
        page = archive.read("index.html").decode()
        assert made.seal in page
        assert "does not apply: there is no champion" in page
        assert "This card is complete" in archive.read("card.html").decode()


@pytest.mark.django_db
def test_every_change_to_a_pack_is_named() -> None:
    data = pack(evidence())
    assert check(rewritten(data, verdict_json=b'{"passed":true}')) == [
        "verdict.json was changed: its SHA-256 is another.", "A part is not the one that was sealed.",
    ]  # fmt: skip
    assert "card.html is missing." in check(rewritten(data, card_html=None))
    assert check(rewritten(data, note_txt=b"")) == ["note.txt does not belong to it."]
    assert "manifest" in check(rewritten(data, manifest_json=b"[]"))[0]
    assert "cannot be read" in check(data[:-40])[0]
    assert "cannot be read" in check(b"no archive")[0]


@pytest.mark.django_db
def test_evidence_that_is_not_sealed_is_not_handed_out() -> None:
    with pytest.raises(PackRefusedError, match="not sealed yet"):
        pack(evidence(is_sealed=False))


@pytest.mark.django_db
def test_the_command_says_whether_a_file_is_intact_and_known_here(tmp_path: Path) -> None:
    made = evidence()
    file, said = tmp_path / "evidence.zip", StringIO()
    file.write_bytes(pack(made))
    call_command("check_evidence", file, stdout=said)
    assert f"Intact: evidence of {made.version}, run {made.run.public_id}, seal {made.seal}." in said.getvalue()
    assert "The register has the same seal." in said.getvalue()
    file.write_bytes(rewritten(pack(made), appraisal_json=b"{}"))
    with pytest.raises(CommandError, match=r"appraisal\.json was changed"):
        call_command("check_evidence", file)


@pytest.mark.django_db
def test_a_pack_that_was_sealed_anew_elsewhere_is_not_the_registers(tmp_path: Path) -> None:
    made = evidence()
    made.verdict = {**made.verdict, "passed": True, "forged": True}
    made.parts_sha256, made.seal = sealed({name: getattr(made, name) for name in ("appraisal", "verdict", "card", "lineage")})
    file = tmp_path / "evidence.zip"
    file.write_bytes(pack(made))
    assert check(file.read_bytes()) == []
    assert manifest_of(file.read_bytes())["seal"] == made.seal
    with pytest.raises(CommandError, match="another seal for this run"):
        call_command("check_evidence", file)
