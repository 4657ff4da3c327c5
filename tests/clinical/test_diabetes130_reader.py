"""Reading the data set's file: what is decoded, and what is refused before anything is made of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest

from clinical.code_lists import DRUGS
from clinical.diabetes130 import source
from clinical.diabetes130.columns import ENCOUNTER_COLUMNS, RAW_COLUMNS
from clinical.diabetes130.mapping import mapping_text
from clinical.diabetes130.reader import read_frame, read_table
from clinical.encounter_table import EARLIER, LISTED
from clinical.errors import RowsRefusedError, SourceRefusedError
from tests.clinical.data_set_files import csv_file, packed, row, rows, table, zip_file


def test_rows_are_read_in_file_order_as_the_encounter_table(tmp_path: Path) -> None:
    frame = read_frame(csv_file(tmp_path, table([row(encounter_id=9, patient_nbr=2), row(encounter_id=3, patient_nbr=2)])))
    assert frame.columns == [*ENCOUNTER_COLUMNS, *LISTED, *EARLIER, "readmission"]
    assert frame["encounter_id"].to_list() == [9, 3]


def test_cells_are_decoded_to_the_values_of_the_code_lists(tmp_path: Path) -> None:
    frame = read_frame(csv_file(tmp_path, table([row(race="AfricanAmerican", gender="Male", readmitted="<30")])))
    stay = frame.row(0, named=True)
    assert (stay["race"], stay["sex"], stay["age_band"], stay["readmission"]) == (
        "african_american",
        "male",
        "[70-80)",
        "within_30",
    )
    assert (stay["a1c_result"], stay["drug_insulin"], stay["drug_metformin"]) == ("over_8", "up", "no")
    assert (stay["diagnosis_2"], stay["admission_source"], stay["any_drug_changed"]) == ("250.6", 7, True)


def test_a_test_that_was_not_done_is_a_value_and_a_question_mark_is_none(tmp_path: Path) -> None:
    cells = row(A1Cresult="None", max_glu_serum="None", race="?", payer_code="?", medical_specialty="?", diag_3="?")
    stay = read_frame(csv_file(tmp_path, table([cells]))).row(0, named=True)
    names = ("a1c_result", "max_glucose_serum", "race", "payer_code", "medical_specialty", "diagnosis_3", "weight_band")
    assert [stay[name] for name in names] == [""] * len(names)


def test_zip_and_csv_give_the_same(tmp_path: Path) -> None:
    packed_frame = read_frame(zip_file(tmp_path, packed(rows(3))))
    assert packed_frame.equals(read_frame(csv_file(tmp_path, table(rows(3)))))


def test_the_byte_order_mark_and_line_ends_of_spreadsheets_are_read(tmp_path: Path) -> None:
    path = csv_file(tmp_path, b"\xef\xbb\xbf" + table(rows(2), end="\n").encode())
    assert read_frame(path).height == 2


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("time_in_hospital", "15"), ("time_in_hospital", "0"), ("time_in_hospital", "-1"), ("num_medications", "NaN"),
        ("num_medications", "inf"), ("num_medications", "1e3"), ("num_medications", '"1,5"'), ("num_medications", "٣"),
        ("num_medications", ""), ("encounter_id", "99999999999999999999"), ("age", "[70-81)"), ("gender", "female"),
        ("race", "None"), ("A1Cresult", "?"), ("A1Cresult", ""), ("readmitted", "yes"), ("insulin", "More"),
        ("admission_source_id", "16"), ("discharge_disposition_id", "31"), ("diag_1", "<script>"), ("payer_code", "=1+1"),
        ("medical_specialty", "@SUM(A1)"), ("medical_specialty", "+cmd|' /C calc'!A0"), ("weight", "80"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused_with_its_line_and_column(tmp_path: Path, column: str, cell: str) -> None:
    path = csv_file(tmp_path, table([*rows(2), row(**{column: cell})]))
    with pytest.raises(RowsRefusedError) as refused:
        read_frame(path)
    assert refused.value.refused_count == 1
    assert refused.value.reasons[0].startswith(f"line 4: {column} is ")


def test_every_bad_cell_of_a_row_and_every_bad_row_is_told(tmp_path: Path) -> None:
    read = read_table(csv_file(tmp_path, table([row(age="old", gender="x"), *rows(1), row(encounter_id=2, insulin="?")])))
    assert [refusal.line for refusal in read.refusals] == [2, 4]
    assert "gender is 'x'" in read.refusals[0].reason
    assert "age is 'old'" in read.refusals[0].reason
    assert (read.rows_read, read.refused_count, read.frame.height) == (3, 2, 1)


def test_an_encounter_that_stands_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    read = read_table(csv_file(tmp_path, table([*rows(2), row(encounter_id=1_000, patient_nbr=77)])))
    assert [str(refusal) for refusal in read.refusals] == ["line 4: encounter_id 1000 stands on line 2 already"]


WHOLE = table(rows(3))
TOO_WIDE = [*RAW_COLUMNS, *(f"x{n}" for n in range(10_000))]
STRUCTURAL = {
    "cut within a cell": (WHOLE[:-20], "cut short"),
    "cut before the last line end": (WHOLE[:-2], "cut short"),
    "header alone": (table([]), "holds no encounter"),
    "nothing": ("", "50 missing"),
    "a column missing": (table([cells[1:] for cells in rows(2)], header=RAW_COLUMNS[1:]), "1 missing ('encounter_id')"),
    "another column": (table(rows(1), header=["id", *RAW_COLUMNS[1:]]), "1 unknown ('id')"),
    "columns in another order": (table(rows(1), header=reversed(RAW_COLUMNS)), "another order"),
    "a column twice": (table(rows(1), header=[RAW_COLUMNS[0], *RAW_COLUMNS[:-1]]), "1 missing ('readmitted')"),
    "ten thousand columns": (table([], header=TOO_WIDE), "10000 unknown"),
    "a line too short": (table([*rows(1), ["1", "2"], *rows(1)]), "line 3: 2 cells instead of 50"),
    "a quote left open": (table([*rows(1), ['"' + cell for cell in row()]]), "cannot be read as comma-separated values"),
    "lone carriage returns within a row": (WHOLE.replace("Cardiology", "Cardio\rlogy", 1), "cells instead of 50"),
    "one endless line": (WHOLE + "x" * 10_000_000, "a line of more than 65,536 characters"),
    "NUL bytes": (WHOLE.replace("428", "4\x008", 1), "NUL bytes"),
    "UTF-16": (WHOLE.encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": (WHOLE.encode("utf-16-le"), "NUL bytes"),
    "latin-1": (WHOLE.replace("Cardiology", "Médecine", 1).encode("latin-1"), "not UTF-8 text: byte 0xe9"),
    "0xFF": (WHOLE.encode() + b"\xff\xff\r\n", "not UTF-8 text: byte 0xff"),
    "not a zip": (b"PK\x03\x04 and no more", "damaged zip"),
    "something else": (b"%PDF-1.7\n%\xe2\xe3", "not UTF-8 text"),
}


@pytest.mark.parametrize(("content", "message"), STRUCTURAL.values(), ids=STRUCTURAL)
def test_a_faulty_file_is_refused_whole(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(SourceRefusedError) as refused:
        read_frame(csv_file(tmp_path, content))
    assert message in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_mapping_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SourceRefusedError, match="is missing beside diabetic_data"):
        read_frame(csv_file(tmp_path, table(rows(1)), mapping=""))


@pytest.mark.parametrize(
    ("found", "told", "message"),
    [
        ("11,Expired", "11,Discharged to home", "11 means 'Discharged to home' there and 'Expired' here"),
        ("7,Trauma Center\r\n", "", "admission_type_id lacks code 7"),
        ("7,Trauma Center", "7,Trauma Center\r\n9,Other", "not known here: '9'"),
        ("admission_source_id", "source", "admission_source_id is missing"),
        ("1,Emergency", '"1,Emergency', "cannot be read"),
    ],
)
def test_a_mapping_that_disagrees_is_refused(tmp_path: Path, found: str, told: str, message: str) -> None:
    with pytest.raises(SourceRefusedError) as refused:
        read_frame(csv_file(tmp_path, table(rows(1)), mapping=mapping_text().replace(found, told, 1)))
    assert str(refused.value).startswith("IDs_mapping.csv disagrees")
    assert message in str(refused.value) or told.startswith('"')


def test_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    bomb = table(rows(1)).encode() + b"0" * 50_000_000
    with pytest.raises(SourceRefusedError, match="zip bomb"):
        read_frame(zip_file(tmp_path, {"diabetic_data.csv": bomb, "IDs_mapping.csv": mapping_text()}))


def test_a_zip_bomb_under_the_name_of_a_csv_is_refused(tmp_path: Path) -> None:
    path = zip_file(tmp_path, {"diabetic_data.csv": b"0" * 50_000_000, "IDs_mapping.csv": mapping_text()})
    with pytest.raises(SourceRefusedError, match="zip bomb"):
        read_frame(path.rename(tmp_path / "diabetic_data.csv"))


def test_a_table_larger_than_the_cap_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST_TABLE_BYTES", 1_000)
    for path in (csv_file(tmp_path, table(rows(5))), zip_file(tmp_path, packed(rows(5)))):
        with pytest.raises(SourceRefusedError, match="more than 1,000 are not read"):
            read_frame(path)


def test_a_zip_that_lists_a_great_many_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefusedError, match="lists far more"):
        read_frame(zip_file(tmp_path, {**packed(rows(1)), **{f"{n}.txt": "" for n in range(2_000)}}))


def test_a_zip_must_hold_the_table_exactly_once(tmp_path: Path) -> None:
    with pytest.raises(SourceRefusedError, match="holds 0 files named"):
        read_frame(zip_file(tmp_path, {"readme.txt": "x"}))
    with pytest.raises(SourceRefusedError, match="holds 2 files named"):
        read_frame(zip_file(tmp_path, {**packed(rows(1)), "../diabetic_data.csv": table(rows(1))}))


@pytest.mark.parametrize("place", [0.3, 0.6])
def test_a_zip_with_changed_bytes_is_refused(tmp_path: Path, place: float) -> None:
    path = zip_file(tmp_path, packed([row(encounter_id=n, patient_nbr=n, num_medications=n % 70) for n in range(1, 3_000)]))
    content = bytearray(path.read_bytes())
    for at in range(int(len(content) * place), int(len(content) * place) + 20):
        content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SourceRefusedError):
        read_frame(path)


def test_a_cut_zip_is_refused(tmp_path: Path) -> None:
    path = zip_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SourceRefusedError, match="damaged zip"):
        read_frame(path)


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    path = zip_file(tmp_path)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        content[archive.start_dir + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(SourceRefusedError, match="locked with a password"):
        read_frame(path)


@pytest.mark.parametrize("name", ["nothing.zip", "."])
def test_a_path_that_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceRefusedError, match="is not a file"):
        read_frame(tmp_path / name)


@pytest.mark.dataset
def test_the_published_file_is_read_whole() -> None:
    path = source.find_dataset()
    if path is None:
        pytest.skip("the data set is not on this machine")
    read = read_table(path)
    assert (read.rows_read, read.refused_count, read.sha256) == (101_766, 0, source.PUBLISHED_SHA256)
    assert read.frame["patient_id"].n_unique() == 71_518
    assert dict(read.frame["readmission"].value_counts().iter_rows()) == {"none": 54_864, "later": 35_545, "within_30": 11_357}
    assert (read.frame["a1c_result"] == "").sum() == 84_748
    assert read.frame.select(pl.any_horizontal(pl.all().is_null()).any()).item() is False
    assert all(f"drug_{drug.replace('-', '_')}" in read.frame.columns for drug in DRUGS)
