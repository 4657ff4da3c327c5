"""Small files in the data set's format, made up for the tests: none of their rows is one of the real file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from clinical.code_lists import DRUGS
from clinical.diabetes130.columns import RAW_COLUMNS
from clinical.diabetes130.mapping import mapping_text

GOOD_ROW = {
    "encounter_id": "1001", "patient_nbr": "501", "race": "Caucasian", "gender": "Female", "age": "[70-80)", "weight": "?",
    "admission_type_id": "1", "discharge_disposition_id": "1", "admission_source_id": "7", "time_in_hospital": "4",
    "payer_code": "MC", "medical_specialty": "Cardiology", "num_lab_procedures": "41", "num_procedures": "1",
    "num_medications": "15", "number_outpatient": "0", "number_emergency": "0", "number_inpatient": "1", "diag_1": "428",
    "diag_2": "250.6", "diag_3": "V45", "number_diagnoses": "7", "max_glu_serum": "None", "A1Cresult": ">8",
    **dict.fromkeys(DRUGS, "No"), "insulin": "Up", "change": "Ch", "diabetesMed": "Yes", "readmitted": "NO",
}  # fmt: skip


def row(**cells: object) -> list[str]:
    """A good row, but for `cells`; a drug's column is named with underscores."""
    named = {name.replace("-", "_"): name for name in RAW_COLUMNS}
    changed = {named[name]: str(value) for name, value in cells.items()}
    return [{**GOOD_ROW, **changed}[column] for column in RAW_COLUMNS]


def rows(count: int) -> list[list[str]]:
    """Good rows of as many patients."""
    return [row(encounter_id=1_000 + n, patient_nbr=500 + n) for n in range(count)]


def table(content: Iterable[list[str]], *, header: Iterable[str] = RAW_COLUMNS, end: str = "\r\n") -> str:
    return "".join(",".join(cells) + end for cells in [list(header), *content])


def csv_file(folder: Path, text: str | bytes, *, mapping: str | None = None) -> Path:
    """The table as csv; `mapping` other than the right one, or "" for none."""
    path = folder / "diabetic_data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if mapping != "":
        (folder / "IDs_mapping.csv").write_text(mapping or mapping_text())
    return path


def zip_file(folder: Path, members: dict[str, str | bytes] | None = None) -> Path:
    path = folder / "diabetes130.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members or packed(rows(3))).items():
            archive.writestr(name, content)
    return path


def packed(content: Iterable[list[str]]) -> dict[str, str | bytes]:
    return {"dataset_diabetes/diabetic_data.csv": table(content), "dataset_diabetes/IDs_mapping.csv": mapping_text()}
