"""What a file must pass. A refusal names what is wrong; a file that ends a process ends another one than ours."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from config.environment import ROOT
from predictions import artefacts, champion, signing, vetting
from predictions.engines.base import marked
from predictions.engines.container import header_of, sections_of, sha256_of, written
from predictions.errors import ArtefactRefusedError, SchemaMismatchError, SelfTestFailedError
from predictions.features import schema
from predictions.models import ModelVersion

FLIPS = 200


@pytest.fixture
def good(version: ModelVersion) -> bytes:
    return artefacts.store().get(version.artefact_sha256)


def entered(version: ModelVersion, data: bytes) -> ModelVersion:
    """The same version over another file, properly signed: what somebody leaves who holds the key."""
    version.artefact_sha256 = artefacts.store().put(data)
    version.signature, version.signed_with = signing.sign(
        name=version.name, artefact_sha256=version.artefact_sha256, feature_schema=version.feature_schema_id,
        bands=version.bands, engine=version.engine,
    )  # fmt: skip
    return version


def with_section(data: bytes, name: str, content: bytes) -> bytes:
    """The file with one section replaced, and every digest in it as it should be."""
    header, body = header_of(data)
    sections = {**sections_of(header, body), name: content}
    return written({key: value for key, value in header.items() if key != "sections"}, sections)


def test_a_flipped_byte_is_refused_before_any_process_reads_the_file(
    version: ModelVersion, good: bytes, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_changes: pytest.fail("somebody read it"))
    file = Path(settings.ARTEFACTS) / f"{version.artefact_sha256}.model"
    chance = random.Random(7)  # noqa: S311  no secret
    for place in chance.sample(range(len(good)), FLIPS):
        data = bytearray(good)
        data[place] ^= 1 << chance.randrange(8)
        file.write_bytes(data)
        with pytest.raises(ArtefactRefusedError, match="SHA-256 differs"):
            vetting.vetted(version)
    file.write_bytes(good)


@pytest.mark.parametrize(
    ("trees", "reason"),
    [
        (b"{L" + b"\xff" * 64 + b"}", "cannot be read"),
        # what an allocation of that size ends in, the machine decides
        (b"{L\x00\x00\x00\x00\x7f\xff\xff\xff}", "cannot be read|ended the process that tried it"),
        (b"{L\x00\x00\x00\x00\x00\x00\x00\x01a" + b"[" * 3_000_000 + b"}", "ended the process that tried it: SIGSEGV"),
    ],
    ids=["no object", "a name of 2 GB", "lists in lists in lists"],
)
def test_a_file_that_ends_a_process_ends_none_that_scores(
    version: ModelVersion, good: bytes, trees: bytes, reason: str
) -> None:
    spoiled = entered(version, with_section(good, "engine", marked("boosted", trees)))
    with pytest.raises(ArtefactRefusedError, match=reason):
        champion.load(spoiled)


def test_another_line_of_calibration_is_found_by_the_golden_rows(version: ModelVersion, good: bytes) -> None:
    spoiled = entered(version, with_section(good, "calibration", b'{"slope": 1.1, "intercept": 0.0}'))
    with pytest.raises(SelfTestFailedError):
        champion.load(spoiled)


def test_another_schema_is_refused_as_such(version: ModelVersion, good: bytes) -> None:
    header, body = header_of(good)
    changed = {**{key: value for key, value in header.items() if key != "sections"}, "feature_schema": "0" * 64}
    with pytest.raises(SchemaMismatchError):
        champion.load(entered(version, written(changed, sections_of(header, body))))


def test_the_same_file_is_tried_once(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    vetting.vetted(version)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_changes: pytest.fail("tried again"))
    vetting.vetted(version)


def test_the_canary_knows_neither_settings_nor_secrets_and_answers_in_words(good: bytes) -> None:
    done = canary(good, sha256_of(good))
    assert (done.returncode, json.loads(done.stdout)) == (0, {"error": ""}), done.stderr
    refused = json.loads(canary(good[:-1], sha256_of(good)).stdout)
    assert refused["error"] == "ArtefactRefusedError"


def test_the_canary_may_not_fill_the_memory() -> None:
    program = "from predictions import canary; canary._bind_hands(); bytearray(4 << 30)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


def canary(data: bytes, sha256: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "predictions.canary", sha256, schema.schema_hash()], cwd=ROOT, input=data, capture_output=True,
        env={"PATH": "/nowhere"}, check=False,
    )  # fmt: skip
