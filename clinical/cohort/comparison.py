"""How near a synthetic cohort is to the data set: the same aggregate figures of both, side by side."""

# ruff: noqa: PLR2004  the limits of the groups are in the words beside them

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from clinical.code_lists import DISPOSITIONS_WITHOUT_RETURN
from clinical.cohort import groups
from clinical.cohort.outcome import drivers
from clinical.errors import SourceRefusedError

BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"
_SPLITS = 5

_stays = pl.col("number_inpatient").cast(pl.Int64)
_days = pl.col("time_in_hospital").cast(pl.Int64)
_low_age = pl.col("age").str.extract(r"([0-9]+)").cast(pl.Int64)
_within_30 = pl.col("readmitted") == "<30"
SHARES: Mapping[str, pl.Expr] = {
    "readmitted within 30 days": _within_30,
    "readmitted later": pl.col("readmitted") == ">30",
    "female": pl.col("gender") == "Female",
    "Caucasian": pl.col("race") == "Caucasian",
    "African American": pl.col("race") == "AfricanAmerican",
    "under 40 years": _low_age < 40,
    "70 years and over": _low_age >= 70,
    "weight not recorded": pl.col("weight") == "?",
    "payer not recorded": pl.col("payer_code") == "?",
    "specialty not recorded": pl.col("medical_specialty") == "?",
    "emergency admission": pl.col("admission_type_id") == "1",
    "from the emergency room": pl.col("admission_source_id") == "7",
    "primary diagnosis circulatory": groups.diagnosis_group() == "circulatory",
    "primary diagnosis diabetes": groups.diagnosis_group() == "diabetes",
    "discharged home": pl.col("discharge_disposition_id") == "1",
    "died or hospice": pl.col("discharge_disposition_id").cast(pl.Int64).is_in(list(DISPOSITIONS_WITHOUT_RETURN)),
    "A1C measured": pl.col("A1Cresult") != "None",
    "A1C above 8 %": pl.col("A1Cresult") == ">8",
    "serum glucose measured": pl.col("max_glu_serum") != "None",
    "insulin given": pl.col("insulin") != "No",
    "insulin increased": pl.col("insulin") == "Up",
    "metformin given": pl.col("metformin") != "No",
    "any drug changed": pl.col("change") == "Ch",
    "on a diabetes drug": pl.col("diabetesMed") == "Yes",
    "no inpatient stay in the year before": _stays == 0,
}  # fmt: skip
MEANS: Mapping[str, str] = {
    "length of stay, days": "time_in_hospital", "lab procedures": "num_lab_procedures", "procedures": "num_procedures",
    "medications": "num_medications", "outpatient visits, year before": "number_outpatient",
    "emergency visits, year before": "number_emergency", "inpatient stays, year before": "number_inpatient",
    "diagnoses": "number_diagnoses",
}  # fmt: skip
GROUPS: Mapping[str, pl.Expr] = {
    "no inpatient stay in the year before": _stays == 0,
    "one": _stays == 1,
    "two": _stays == 2,
    "three or more": _stays >= 3,
    "an emergency visit in the year before": pl.col("number_emergency") != "0",
    "discharged home": groups.disposition_group() == "home",
    "discharged with home care": groups.disposition_group() == "home care",
    "discharged to a facility": groups.disposition_group() == "facility",
    "under 40 years": _low_age < 40,
    "40 to 69 years": _low_age.is_between(40, 60),
    "70 years and over": _low_age >= 70,
    "stay of 1 or 2 days": _days <= 2,
    "stay of 8 days or more": _days >= 8,
    "nine diagnoses or more": pl.col("number_diagnoses").cast(pl.Int64) >= 9,
    "A1C measured": pl.col("A1Cresult") != "None",
    "no insulin": pl.col("insulin") == "No",
    "insulin decreased": pl.col("insulin") == "Down",
    "insulin increased": pl.col("insulin") == "Up",
}  # fmt: skip


def table(real: pl.DataFrame, synthetic: pl.DataFrame) -> str:
    """Both as one Markdown table; counts, shares and means only."""
    rows = zip(_rows(real), _rows(synthetic), strict=True)
    lines = [f"| {name} | {ours} | {theirs} |" for (name, ours), (_, theirs) in rows]
    return "\n".join(["| figure | data set | synthetic |", "|---|---:|---:|", *lines])


def write_into(document: Path, text: str) -> None:
    """Between the two marks of `document`."""
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        msg = f"{document.name} has no place for the comparison: the lines {BEGIN} and {END} are missing."
        raise SourceRefusedError(msg)
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _rows(raw: pl.DataFrame) -> Iterator[tuple[str, str]]:
    stays = raw.group_by("patient_nbr").len()["len"]
    yield "encounters", f"{raw.height:,}"
    yield "patients", f"{stays.len():,}"
    yield "patients with two stays or more", _percent((stays >= 2).mean())
    yield "patients with five stays or more", _percent((stays >= 5).mean())
    for name, condition in SHARES.items():
        yield name, _percent(raw.select(condition.mean()).item())
    for name, column in MEANS.items():
        yield f"{name}, mean", f"{raw.select(pl.col(column).cast(pl.Float64).mean()).item():.2f}"
    for name, condition in GROUPS.items():
        yield f"readmitted within 30 days, of: {name}", _percent(raw.filter(condition).select(_within_30.mean()).item())
    yield "AUC of one logistic regression on the drivers", _auc(raw)


def _percent(share: object) -> str:
    return f"{share:.1%}" if isinstance(share, float) else "none"


def _auc(raw: pl.DataFrame) -> str:
    """Mean and spread over splits of the patients, 80 : 20, without the stays that nobody can return from."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  seconds to load, used by whoever compares
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415  as above
    from sklearn.model_selection import GroupShuffleSplit  # noqa: PLC0415  as above

    kept = raw.filter(groups.disposition_group() != "no return")
    numbers, labels = drivers(kept).to_numpy(), kept.select(_within_30).to_series().to_numpy()
    splits = GroupShuffleSplit(_SPLITS, test_size=0.2, random_state=42).split(numbers, labels, kept["patient_nbr"].to_numpy())
    aucs = []
    for train, test in splits:
        model = LogisticRegression(max_iter=500).fit(numbers[train], labels[train])
        aucs.append(roc_auc_score(labels[test], model.decision_function(numbers[test])))
    return f"{np.mean(aucs):.3f} (sd {np.std(aucs):.3f})"
