"""IDs_mapping.csv: what the file says its codes mean must be what clinical.code_lists takes them to mean.

A file whose code 11 were not "Expired" would turn deaths into discharges without any other sign of it.
"""

from __future__ import annotations

import csv
import io

from clinical.code_lists import AdmissionSource, AdmissionType, DischargeDisposition
from clinical.errors import SourceRefusedError

SECTIONS = {
    "admission_type_id": AdmissionType,
    "discharge_disposition_id": DischargeDisposition,
    "admission_source_id": AdmissionSource,
}
# the file's own wording, by section and code; compared without regard to case and spaces
WORDING: dict[str, dict[int, str]] = {
    "admission_type_id": {
        1: "Emergency", 2: "Urgent", 3: "Elective", 4: "Newborn", 5: "Not Available", 6: "NULL", 7: "Trauma Center",
        8: "Not Mapped",
    },
    "discharge_disposition_id": {
        1: "Discharged to home",
        2: "Discharged/transferred to another short term hospital",
        3: "Discharged/transferred to SNF",
        4: "Discharged/transferred to ICF",
        5: "Discharged/transferred to another type of inpatient care institution",
        6: "Discharged/transferred to home with home health service",
        7: "Left AMA",
        8: "Discharged/transferred to home under care of Home IV provider",
        9: "Admitted as an inpatient to this hospital",
        10: "Neonate discharged to another hospital for neonatal aftercare",
        11: "Expired",
        12: "Still patient or expected to return for outpatient services",
        13: "Hospice / home",
        14: "Hospice / medical facility",
        15: "Discharged/transferred within this institution to Medicare approved swing bed",
        16: "Discharged/transferred/referred another institution for outpatient services",
        17: "Discharged/transferred/referred to this institution for outpatient services",
        18: "NULL",
        19: "Expired at home. Medicaid only, hospice.",
        20: "Expired in a medical facility. Medicaid only, hospice.",
        21: "Expired, place unknown. Medicaid only, hospice.",
        22: "Discharged/transferred to another rehab fac including rehab units of a hospital .",
        23: "Discharged/transferred to a long term care hospital.",
        24: "Discharged/transferred to a nursing facility certified under Medicaid but not certified under Medicare.",
        25: "Not Mapped",
        26: "Unknown/Invalid",
        27: "Discharged/transferred to a federal health care facility.",
        28: "Discharged/transferred/referred to a psychiatric hospital of psychiatric distinct part unit of a hospital",
        29: "Discharged/transferred to a Critical Access Hospital (CAH).",
        30: "Discharged/transferred to another Type of Health Care Institution not Defined Elsewhere",
    },
    "admission_source_id": {
        1: "Physician Referral", 2: "Clinic Referral", 3: "HMO Referral", 4: "Transfer from a hospital",
        5: "Transfer from a Skilled Nursing Facility (SNF)", 6: "Transfer from another health care facility",
        7: "Emergency Room", 8: "Court/Law Enforcement", 9: "Not Available", 10: "Transfer from critial access hospital",
        11: "Normal Delivery", 12: "Premature Delivery", 13: "Sick Baby", 14: "Extramural Birth", 15: "Not Available",
        17: "NULL", 18: "Transfer From Another Home Health Agency", 19: "Readmission to Same Home Health Agency",
        20: "Not Mapped", 21: "Unknown/Invalid", 22: "Transfer from hospital inpt/same fac reslt in a sep claim",
        23: "Born inside this hospital", 24: "Born outside this hospital", 25: "Transfer from Ambulatory Surgery Center",
        26: "Transfer from Hospice",
    },
}  # fmt: skip


def check_mapping(text: str) -> None:
    """Refuse a mapping that lacks a code, has one too many, or gives one another meaning."""
    found = _sections_of(text)
    for section, wording in WORDING.items():
        _check_section(section, found.get(section), wording)


def mapping_text() -> str:
    """The mapping in the file's own layout, for a cohort written in the data set's format."""
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    for place, (section, wording) in enumerate(WORDING.items()):
        if place:
            writer.writerow(("", ""))
        writer.writerow((section, "description"))
        writer.writerows(wording.items())
    return output.getvalue()


def _sections_of(text: str) -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if cells[1:2] == ["description"]:
                current = sections.setdefault(cells[0], {})
            elif current is not None and len(cells) == 2:  # noqa: PLR2004  code, description
                current[cells[0]] = cells[1]
            else:
                _refuse(f"a line cannot be read: {','.join(row)[:60]!r}")
    except csv.Error as error:
        _refuse(f"it is not a table of comma-separated values ({error})")
    return sections


def _check_section(section: str, found: dict[str, str] | None, wording: dict[int, str]) -> None:
    if found is None:
        _refuse(f"the section {section} is missing")
        return
    expected = {str(code): words for code, words in wording.items()}
    if missing := sorted(expected.keys() - found.keys(), key=int):
        _refuse(f"{section} lacks code {', '.join(missing)}")
    if unknown := sorted(found.keys() - expected.keys()):
        _refuse(f"{section} has a code that is not known here: {', '.join(unknown)[:60]!r}")
    for code, words in expected.items():
        if _plain(found[code]) != _plain(words):
            _refuse(f"{section} {code} means {found[code][:80]!r} there and {words!r} here")


def _plain(words: str) -> str:
    return "".join(words.split()).casefold()


def _refuse(reason: str) -> None:
    msg = f"IDs_mapping.csv disagrees with the code lists of this program: {reason}."
    raise SourceRefusedError(msg)
