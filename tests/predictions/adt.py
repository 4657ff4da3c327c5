"""ADT messages as a hospital's system would send them."""

from __future__ import annotations

FACTS = {
    "lab_procedures_count": "44", "procedures_count": "1", "medications_count": "16", "outpatient_visits_prior_year": "0",
    "emergency_visits_prior_year": "1", "inpatient_stays_prior_year": "2", "diagnoses_count": "9", "a1c_result": "over_8",
    "drug.insulin": "up", "drug.metformin": "steady",
}  # fmt: skip
DIAGNOSES = ("DG1|1||428.0^Heart failure^I9|||F", "DG1|2||250.02^Diabetes^I9|||F", "DG1|3||I10^Hypertension^I10|||F")


def segment(name: str, fields: dict[int, str]) -> str:
    return "|".join([name, *(fields.get(number, "") for number in range(1, max(fields) + 1))])


def message(
    event: str, at: str, *extra: str, number: str = "", unit: str = "CARD", patient: str = "H-1001", visit: str = "V-1",
    discharged: str = "", **heading: str,
) -> bytes:  # fmt: skip
    """One of `event`, recorded at `at`; by `heading` what its first segment says otherwise, by name."""
    first = [
        "MSH", "^~\\&", "ADT", "GENERAL", "WARDLIGHT", "GENERAL", at, "", f"{heading.get('kind', 'ADT')}^{event}",
        number or f"{event}-{at}", heading.get("processing", "P"), heading.get("version", "2.5.1"), "", "", "", "", "",
        heading.get("charset", ""),
    ]  # fmt: skip
    person = {3: f"999^^^SSA^SS~{patient}^^^GENERAL^MR", 5: "Okafor^Miriam", 7: "19510402", 8: "F", 10: "2106-3"}
    stay = {
        2: "I", 3: f"{unit}^12^A", 4: "E", 10: "Cardiology", 14: "7", 19: visit, 20: "MC", 44: "20261001093000+0000",
        **({36: "01", 45: discharged} if discharged else {}),
    }  # fmt: skip
    lines = ["|".join(first), f"EVN|{event}|{at}", segment("PID", person), segment("PV1", stay), *extra]
    return ("\r".join(lines) + "\r").encode()


def facts() -> list[str]:
    return [f"OBX|{number}|ST|{name}^^99WARD||{value}" for number, (name, value) in enumerate(FACTS.items(), start=1)]


def admission() -> bytes:
    return message("A01", "20261001093000+0000")


def update(at: str = "20261002080000+0000") -> bytes:
    return message("A08", at, *DIAGNOSES, *facts())


def discharge(at: str = "20261006120000+0000") -> bytes:
    return message("A03", at, discharged="20261006110000+0000")


def merger(*, surviving: str, retired: str, at: str = "20261007080000+0000") -> bytes:
    return message("A40", at, f"MRG|{retired}^^^GENERAL^MR", patient=surviving)
