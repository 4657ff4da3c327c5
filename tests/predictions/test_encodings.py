from __future__ import annotations

import json

import numpy as np
import pytest

from predictions.errors import ArtefactRefusedError
from predictions.features import names
from predictions.features.derivation import derive
from predictions.features.encodings import SMOOTHING_ROWS, Encoder, Matrix, fit
from predictions.features.golden import golden_matrix
from predictions.features.groups import ENCODINGS
from predictions.features.schema import plain_names, wide_names


def outcomes(rows: int, *, seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.random.default_rng(seed).random(rows) < 0.3


def learned() -> tuple[Encoder, Matrix]:
    matrix = golden_matrix()
    return fit(matrix, outcomes(len(matrix)), np.arange(len(matrix)) // 2, seed=1)


def rates_of(encoder: Encoder, matrix: Matrix, name: str) -> Matrix:
    return encoder.apply(matrix)[:, wide_names().index(f"{name}_rate")]


def test_the_wide_matrix_is_what_is_read_and_derived_with_one_column_an_encoding() -> None:
    encoder, out_of_fold = learned()
    wide = encoder.apply(golden_matrix())
    assert wide.shape == out_of_fold.shape == (len(golden_matrix()), len(plain_names()) + len(ENCODINGS))
    assert np.array_equal(wide[:, : len(plain_names())], derive(golden_matrix()), equal_nan=True)
    assert len(wide_names()) == wide.shape[1]


def test_a_rate_is_drawn_towards_that_of_all_rows() -> None:
    matrix, readmitted = golden_matrix(), outcomes(len(golden_matrix()))
    encoder, _ = fit(matrix, readmitted, np.arange(len(matrix)), seed=1)
    home = matrix[:, names().index("discharge_disposition")] == 1
    expected = (readmitted[home].sum() + SMOOTHING_ROWS * readmitted.mean()) / (home.sum() + SMOOTHING_ROWS)
    assert rates_of(encoder, matrix, "discharge_disposition")[home] == pytest.approx(expected)


def test_a_group_that_training_never_saw_has_the_rate_of_all() -> None:
    encoder, _ = learned()
    row = golden_matrix()[:1].copy()
    row[0, names().index("diagnosis_1_code")] = 731.9
    assert rates_of(encoder, row, "diagnosis_1_code")[0] == encoder.rate
    row[0, names().index("diagnosis_1_code")] = np.nan
    assert 0 < rates_of(encoder, row, "diagnosis_1_code")[0] < 1


def test_a_training_row_does_not_see_its_own_patients_outcomes() -> None:
    matrix = golden_matrix()
    patients = np.arange(len(matrix)) // 4
    readmitted = outcomes(len(matrix))
    mine = patients == 7
    _, before = fit(matrix, readmitted, patients, seed=3)
    _, after = fit(matrix, np.where(mine, ~readmitted, readmitted), patients, seed=3)
    assert np.array_equal(before[mine], after[mine], equal_nan=True)
    assert not np.array_equal(before[~mine], after[~mine], equal_nan=True)


def test_the_frozen_encoder_is_blind_to_rows_that_it_was_not_fitted_on() -> None:
    encoder, _ = learned()
    matrix = golden_matrix()
    together = encoder.apply(matrix)
    alone = np.vstack([encoder.apply(matrix[row : row + 1]) for row in range(len(matrix))])
    assert np.array_equal(together, alone, equal_nan=True)


def test_the_same_rows_and_seed_give_the_same_encoder() -> None:
    assert learned()[0].to_json() == learned()[0].to_json()
    assert np.array_equal(learned()[1], learned()[1], equal_nan=True)


def test_an_encoder_is_plain_json_and_comes_back_as_it_was() -> None:
    encoder, _ = learned()
    again = Encoder.from_json(encoder.to_json())
    assert np.array_equal(again.apply(golden_matrix()), encoder.apply(golden_matrix()), equal_nan=True)
    assert set(json.loads(encoder.to_json())["tables"]) == {encoding.name for encoding in ENCODINGS}


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept["tables"].pop("payer_rate"),
        lambda kept: kept["tables"].update(another=kept["tables"]["payer_rate"]),
        lambda kept: kept["tables"]["payer_rate"]["groups"].reverse(),
        lambda kept: kept["tables"]["payer_rate"]["groups"].pop(),
        lambda kept: kept["tables"]["payer_rate"]["rates"].__setitem__(0, 1.5),
        lambda kept: kept["tables"]["payer_rate"]["rates"].__setitem__(0, float("nan")),
        lambda kept: kept["tables"]["payer_rate"]["groups"].__setitem__(0, 1 << 80),
        lambda kept: kept.update(rate="much"),
        lambda kept: kept.update(rate=float("nan")),
        lambda kept: kept.update(tables=[]),
    ],
)
def test_damaged_encodings_are_refused(damage: object) -> None:
    kept = json.loads(learned()[0].to_json())
    damage(kept)  # type: ignore[operator]  # one of the functions above
    with pytest.raises(ArtefactRefusedError, match="encodings"):
        Encoder.from_json(json.dumps(kept).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_encoder_is_refused(data: bytes) -> None:
    with pytest.raises(ArtefactRefusedError):
        Encoder.from_json(data)
