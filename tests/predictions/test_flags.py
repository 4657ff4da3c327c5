from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from clinical.access import scope_of_the_system
from clinical.encounter_table import with_places
from clinical.models import CareUnit, Encounter
from predictions import batch, scoring
from predictions.features import build
from predictions.features.flags import flags_of
from predictions.features.golden import golden_table
from predictions.models import ModelVersion, Prediction
from tests import small_model
from tests.factories import encounter_on


def flags_where(**columns: object) -> list[str]:
    """The flags of the first golden row, but for `columns`."""
    first = golden_table().head(1).with_columns(pl.lit("428.0").alias("diagnosis_1"), pl.lit("MC").alias("payer_code"))
    first = first.with_columns(pl.lit("Nephrology").alias("medical_specialty"))
    changed = first.with_columns(pl.lit(value, dtype=first.schema[column]).alias(column) for column, value in columns.items())
    model = small_model.model()
    return flags_of(model.wide(build(with_places(changed))), model.encoder)[0]


def test_an_ordinary_record_has_no_flag() -> None:
    assert flags_where() == []


@pytest.mark.parametrize(
    ("column", "value", "flag"),
    [
        ("diagnosis_1", "731.2", "diagnosis_1_code:not seen in training"),
        ("diagnosis_3", "E999", "diagnosis_3_code:not seen in training"),
        ("diagnosis_1", "", "diagnosis_1_code:missing"),
        ("payer_code", "QQ", "payer:not on the list"),
        ("medical_specialty", "SpaceMedicine", "specialty:not on the list"),
    ],
)
def test_what_is_unusual_is_flagged_by_the_name_of_its_feature(column: str, value: str, flag: str) -> None:
    assert flags_where(**{column: value}) == [flag]


def test_each_row_has_its_own_flags() -> None:
    model = small_model.model()
    wide = model.wide(build(golden_table()))
    together = flags_of(wide, model.encoder)
    assert together == [flags_of(wide[row : row + 1], model.encoder)[0] for row in range(len(wide))]
    assert any(together)
    assert not all(together)


def test_a_record_that_says_next_to_nothing_is_scored_and_flagged(version: ModelVersion, cardiology: CareUnit) -> None:
    texts = ("payer_code", "medical_specialty", "diagnosis_1", "diagnosis_2", "diagnosis_3", "a1c_result")
    counts = dict.fromkeys(("lab_procedures_count", "procedures_count", "medications_count", "diagnoses_count"), 0)
    prediction = scoring.score(encounter_on(cardiology, **dict.fromkeys(texts, ""), **counts, drugs={}))
    assert 0 < prediction.risk_probability < 1
    assert prediction.input_flags == ["diagnosis_1_code:missing"]


def test_one_score_and_a_batch_keep_the_same_flags(version: ModelVersion, cardiology: CareUnit) -> None:
    odd, plain = encounter_on(cardiology, diagnosis_1="731.2", payer_code="QQ"), encounter_on(cardiology)
    batch.score_all()
    with scope_of_the_system():
        kept = dict(Prediction.objects.values_list("encounter_id", "input_flags"))
    assert kept[odd.pk] == ["diagnosis_1_code:not seen in training", "payer:not on the list"]
    assert kept[plain.pk] == flags_of_one(version, plain)


def flags_of_one(version: ModelVersion, encounter: Encounter) -> list[str]:
    return list(scoring.score(encounter).input_flags)


def test_flags_are_no_part_of_the_numbers() -> None:
    wide = small_model.model().wide(build(golden_table()))
    before = wide.copy()
    flags_of(wide, None)
    assert np.array_equal(wide, before, equal_nan=True)
