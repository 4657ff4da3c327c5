from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from predictions.engines import artefact
from predictions.engines.base import Matrix, Vector, marked
from predictions.engines.calibrated import CalibratedModel, categories_with
from predictions.engines.container import FIRST_LINE, written
from predictions.errors import ArtefactRefusedError, SchemaMismatchError, SelfTestFailedError
from predictions.features import schema, schema_hash
from predictions.features.derivation import derive
from predictions.features.golden import golden_matrix
from tests import small_model


def unpacked(data: bytes, *, feature_schema: str | None = None) -> CalibratedModel:
    """With the file's own digest, as if somebody had recorded it like this."""
    return artefact.unpack(data, sha256=artefact.sha256_of(data), feature_schema=feature_schema or schema_hash())


def packed() -> bytes:
    return artefact.pack(small_model.model())


def rewritten(change: Mapping[str, object] | None = None, **sections: bytes) -> bytes:
    """The small model's file with another header or other sections, all its digests as they should be."""
    _first, line, body = packed().split(b"\n", 2)
    header = json.loads(line)
    own, start = {}, 0
    for entry in header.pop("sections"):
        own[entry["name"]] = body[start : start + entry["length"]]
        start += entry["length"]
    return written({**header, **(change or {})}, {**own, **sections})


def with_header(change: Callable[[dict[str, object]], object]) -> bytes:
    first, line, body = packed().split(b"\n", 2)
    header = json.loads(line)
    change(header)
    return b"\n".join((first, json.dumps(header).encode(), body))


def test_a_packed_model_comes_back_the_same() -> None:
    model = unpacked(packed())
    assert np.array_equal(model.probabilities(golden_matrix()), small_model.model().probabilities(golden_matrix()))


@pytest.mark.parametrize("place", [0, 20, 200, 5000, -1])
def test_a_flipped_byte_is_refused(place: int) -> None:
    data = bytearray(packed())
    sha256 = artefact.sha256_of(bytes(data))
    data[place] ^= 1
    with pytest.raises(ArtefactRefusedError, match="SHA-256"):
        artefact.unpack(bytes(data), sha256=sha256, feature_schema=schema_hash())


def test_a_flipped_byte_is_refused_by_its_section_even_with_the_files_own_digest() -> None:
    data = bytearray(packed())
    data[-1] ^= 1
    with pytest.raises(ArtefactRefusedError, match="section 'spread'"):
        unpacked(bytes(data))


def test_a_cut_file_is_refused_even_with_its_own_digest() -> None:
    with pytest.raises(ArtefactRefusedError, match="cut"):
        unpacked(packed()[:-100])


def test_bytes_after_the_last_section_are_refused() -> None:
    with pytest.raises(ArtefactRefusedError, match="1 bytes that its header does not know"):
        unpacked(packed() + b"\n")


def test_another_feature_schema_is_refused_before_anything_is_parsed() -> None:
    with pytest.raises(SchemaMismatchError):
        unpacked(b"not even a model", feature_schema="f" * 64)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin"),
        (b"wardlight model 1\n{}\n", "does not begin"),
        (b"\x80\x04cos\nsystem\n", "does not begin"),
        (FIRST_LINE + b"\n{}", "has no end"),
        (FIRST_LINE + b"\n" + b"[" * 200_000 + b"\n", "cannot be read"),
        (FIRST_LINE + b"\n[]\n", "cannot be read"),
        (FIRST_LINE + b"\nnull\n", "cannot be read"),
        (FIRST_LINE + b"\n\xff\n", "cannot be read"),
    ],
)
def test_what_is_not_a_model_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ArtefactRefusedError, match=words):
        unpacked(data)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"engine": "pickle"}, ArtefactRefusedError),
        ({"engine": ["boosted"]}, ArtefactRefusedError),
        ({"feature_schema": "f" * 64}, SchemaMismatchError),
        ({"golden": [0.1]}, SelfTestFailedError),
        ({"golden": "0.1"}, ArtefactRefusedError),
        ({"surplus": 1}, ArtefactRefusedError),
    ],
)
def test_a_header_that_does_not_fit_is_refused(change: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        unpacked(rewritten(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.pop("sections"),
        lambda header: header.update(sections=[]),
        lambda header: header["sections"].append(header["sections"][0]),
        lambda header: header["sections"].pop(),
        lambda header: header["sections"][0].update(length=-1),
        lambda header: header["sections"][0].update(length=True),
        lambda header: header["sections"][0].update(length="10"),
        lambda header: header["sections"][0].pop("sha256"),
        lambda header: header["sections"][0].update(sha256=None),
    ],
)
def test_a_list_of_sections_that_does_not_fit_is_refused(change: Callable[[dict[str, object]], object]) -> None:
    with pytest.raises(ArtefactRefusedError):
        unpacked(with_header(change))


@pytest.mark.parametrize(
    "calibration",
    [b"", b"{}x", b'{"slope": 1.0, "intercept": NaN}', b'{"slope": "1", "intercept": 0.0}', b'{"scale": 1.0}', b"[1, 2]"],
)
def test_a_calibration_that_does_not_fit_is_refused(calibration: bytes) -> None:
    with pytest.raises(ArtefactRefusedError, match="calibration"):
        unpacked(rewritten(calibration=calibration))


def test_another_calibration_gives_other_scores_than_those_that_travel() -> None:
    with pytest.raises(SelfTestFailedError):
        unpacked(rewritten(calibration=b'{"slope": 1.0, "intercept": 1.0}'))


def test_a_section_that_nobody_reads_is_refused() -> None:
    with pytest.raises(ArtefactRefusedError, match="sections calibration, encoder, engine, spread, surplus"):
        unpacked(rewritten(surplus=b"1"))


@pytest.mark.parametrize("state", [b"\x80\x04cos\nsystem\n", marked("linear", b"{}"), marked("network", b"\x08\x0a"), b"{}"])
def test_the_bytes_of_another_learner_are_refused_before_they_are_parsed(state: bytes) -> None:
    with pytest.raises(ArtefactRefusedError, match="not those of a boosted model"):
        unpacked(rewritten(engine=state))


def test_trees_that_cannot_be_read_are_refused_by_name() -> None:
    with pytest.raises(ArtefactRefusedError, match="cannot be read"):
        unpacked(rewritten(engine=marked("boosted", b"\x80\x04" + bytes(500))))


class _OneColumnMore:
    def apply(self, matrix: Matrix) -> Matrix:
        return np.column_stack([derive(matrix), np.nan_to_num(matrix[:, 0]) / 10])

    def to_json(self) -> bytes:
        return b"{}"


class _ATenthEachWay:
    def intervals(self, wide: Matrix, probabilities: Vector) -> tuple[Vector, Vector]:
        return probabilities + wide[:, -1] * 0 + 0.1, probabilities + 0.2  # too high on purpose

    def to_bytes(self) -> bytes:
        return b""


def test_a_learner_reads_what_the_encoder_made() -> None:
    part, encoder = small_model.dataset().training, _OneColumnMore()
    categories = categories_with(encoder)
    assert categories == (*schema.categories(), False)
    engine = small_model.few_trees().fit(encoder.apply(part.matrix), part.readmitted, categories=categories, seed=0)
    model = CalibratedModel(engine, small_model.model().calibration, encoder)
    explained = model.explained(golden_matrix())
    assert explained.parts.shape == (len(golden_matrix()), len(categories))
    assert np.allclose(explained.probabilities, model.probabilities(golden_matrix()), atol=1e-6)


def test_an_interval_contains_its_score_and_is_missing_where_nothing_is_known_of_it() -> None:
    small = small_model.model()
    model = CalibratedModel(small.engine, small.calibration, _OneColumnMore(), _ATenthEachWay())
    assert replace(small, spread=None).intervals(golden_matrix()) is None
    scores = small.probabilities(golden_matrix())
    found = model.intervals(golden_matrix(), scores)
    assert found is not None
    assert np.array_equal(found[0], scores)
    assert np.array_equal(found[1], scores + 0.2)
