"""The synthetic cohort: repeatable, in the data set's format, like it in the large, and always called synthetic."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from clinical.access import scope_of_the_system
from clinical.cohort import comparison, measuring
from clinical.cohort.generator import generate
from clinical.diabetes130.columns import RAW_COLUMNS
from clinical.diabetes130.reader import read_frame, read_raw, table_of
from clinical.diabetes130.source import find_dataset
from clinical.errors import SourceRefusedError
from clinical.models import Encounter, Patient
from tests.clinical.data_set_files import csv_file, row, rows, table


@pytest.fixture(scope="module")
def cohort() -> pl.DataFrame:
    return generate(encounters=6_000, seed=3)


def test_the_same_seed_draws_the_same_cohort_and_another_seed_another(cohort: pl.DataFrame) -> None:
    assert generate(encounters=6_000, seed=3).equals(cohort)
    other = generate(encounters=6_000, seed=4)
    assert not set(other["encounter_id"]) & set(cohort["encounter_id"])
    assert other.drop("encounter_id", "patient_nbr").rows() != cohort.drop("encounter_id", "patient_nbr").rows()


@pytest.mark.parametrize("count", [1, 7, 1_000])
def test_exactly_as_many_encounters_are_drawn_as_asked(count: int) -> None:
    assert generate(encounters=count, seed=0).height == count


def test_every_row_passes_the_rules_of_the_data_set(cohort: pl.DataFrame) -> None:
    assert cohort.columns == list(RAW_COLUMNS)
    assert table_of(cohort, sha256="").refused_count == 0


def test_the_outcome_depends_on_the_known_drivers(cohort: pl.DataFrame) -> None:
    back = cohort.with_columns(back=pl.col("readmitted") == "<30", before=pl.col("number_inpatient").cast(pl.Int64))
    rate = float(back["back"].mean())  # type: ignore[arg-type]  # a share
    often, never = (back.filter(condition)["back"].mean() for condition in (pl.col("before") >= 3, pl.col("before") == 0))
    assert 0.09 < rate < 0.14
    assert often > 2 * never  # type: ignore[operator]  # both shares


def test_a_patients_history_agrees_with_itself(cohort: pl.DataFrame) -> None:
    stays = cohort.with_columns(pl.col("encounter_id").cast(pl.Int64)).sort("patient_nbr", "encounter_id")
    before = stays.with_columns(label_before=pl.col("readmitted").shift(1).over("patient_nbr"))
    later = before.filter(pl.col("label_before").is_not_null())
    assert later.height > 1_000
    assert "NO" not in later["label_before"].to_list()
    assert (later.filter(pl.col("label_before") == "<30")["number_inpatient"] != "0").all()
    assert cohort.group_by("patient_nbr").agg(pl.col("gender", "race", "age").n_unique()).drop("patient_nbr").max().row(0) == (
        1,
        1,
        1,
    )


def test_drugs_agree_with_what_is_said_of_them(cohort: pl.DataFrame) -> None:
    given = pl.any_horizontal(*(pl.col(drug) != "No" for drug in RAW_COLUMNS[24:47]))
    assert cohort.select(((pl.col("diabetesMed") == "Yes") == given).all()).item()


def test_a_stored_cohort_is_synthetic_on_every_row(db: None) -> None:
    told = io.StringIO()
    call_command("make_cohort", encounters=300, seed=2, stdout=told, stderr=io.StringIO())
    assert "This cohort is synthetic" in told.getvalue()
    with scope_of_the_system():
        assert set(Encounter.objects.values_list("provenance", flat=True)) == {"synthetic"}
        assert set(Patient.objects.values_list("provenance", flat=True)) == {"synthetic"}
        assert Encounter.objects.count() == 300
        assert Patient.objects.exclude(medical_record_number__startswith="FS").count() == 0


def test_a_cohort_that_went_through_a_file_is_still_synthetic_and_the_same(tmp_path: Path, db: None) -> None:
    path, told = tmp_path / "cohort.csv", io.StringIO()
    call_command("make_cohort", encounters=300, seed=2, csv=path, stdout=io.StringIO())
    call_command("make_cohort", encounters=300, seed=2, stdout=io.StringIO(), stderr=io.StringIO())
    call_command("load_diabetes130", str(path), stdout=told, stderr=io.StringIO())
    assert "This cohort is synthetic" in told.getvalue()
    assert "0 encounters of 0 patients stored, 300 already there" in told.getvalue()
    assert read_frame(path).height == 300


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text("mine")
    with pytest.raises(CommandError, match="is there already"):
        call_command("make_cohort", encounters=10, csv=path)
    assert path.read_text() == "mine"


def test_synthetic_and_real_patients_do_not_mix_in_one_file(tmp_path: Path, db: None) -> None:
    path = csv_file(tmp_path, table([*rows(2), row(encounter_id=600_000_000, patient_nbr=600_000_000)]))
    with pytest.raises(CommandError, match="mixes patients"):
        call_command("load_diabetes130", str(path), stderr=io.StringIO())


@pytest.mark.parametrize(("encounters", "seed"), [(0, 1), (1_000_001, 1), (10, -1), (10, 499)])
def test_numbers_out_of_range_are_refused(encounters: int, seed: int) -> None:
    with pytest.raises(CommandError):
        call_command("make_cohort", encounters=encounters, seed=seed)


def test_the_figures_name_no_small_group() -> None:
    """Shares of six digits of at most 101,766 rows; each is of at least ten rows of its group."""
    for entry in measuring.figures().tables.values():
        for shares in entry.cells.values():
            assert abs(sum(shares.values()) - 1) < 1e-3
            assert min(shares.values()) * 101_766 >= 9.5


def test_figures_measured_from_a_cohort_are_near_those_it_was_drawn_from(cohort: pl.DataFrame) -> None:
    again, ours = measuring.measure(cohort), measuring.figures()
    for column in ("gender", "race"):
        for value, share in ours.tables[column].cells["*"].items():
            assert abs(again.tables[column].cells["*"].get(value, 0.0) - share) < 0.03
    assert again.followed["<30"] == pytest.approx(ours.followed["<30"], abs=0.08)


def test_a_comparison_is_written_between_its_marks_alone(tmp_path: Path, cohort: pl.DataFrame) -> None:
    document = tmp_path / "data.md"
    document.write_text(f"before\n{comparison.BEGIN}\nold\n{comparison.END}\nafter\n")
    comparison.write_into(document, comparison.table(cohort, cohort))
    text = document.read_text()
    assert text.startswith(f"before\n{comparison.BEGIN}\n| figure | data set | synthetic |")
    assert text.endswith(f"{comparison.END}\nafter\n")
    assert "old" not in text
    document.write_text("no marks")
    with pytest.raises(SourceRefusedError, match="no place"):
        comparison.write_into(document, "x")


@pytest.mark.dataset
def test_a_cohort_is_like_the_data_set_in_the_large() -> None:
    path = find_dataset()
    if path is None:
        pytest.skip("the data set is not on this machine")
    real, drawn = read_raw(path), generate(encounters=20_000, seed=1)
    for name, condition in comparison.SHARES.items():
        ours, theirs = (frame.select(condition.mean()).item() for frame in (real, drawn))
        assert ours == pytest.approx(theirs, abs=0.06), name
    for name, column in comparison.MEANS.items():
        ours, theirs = (frame[column].cast(pl.Float64).mean() for frame in (real, drawn))
        assert ours == pytest.approx(theirs, rel=0.2), name
