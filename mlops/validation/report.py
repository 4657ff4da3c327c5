"""The report that a reviewer reads, in the order of TRIPOD+AI: one HTML file by itself, made from the JSON alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from mlops.validation import plots, tables
from mlops.validation.tables import Found
from mlops.validation.words import count, flat_with_interval, number, percent

_SHOWN_IN_CURVES = ("reference", "logistic", "number_inpatient", "hospital", "lace")
_SHOWN_IN_DECISIONS = ("logistic",)
_PROTOCOLS = {
    "C": "stays that ended in death or hospice care are left out; one fifth of the patients is held out, nobody on both sides",
    "S": "all stays; one fifth of the rows is held out at the same rate, so that patients with several stays are on both sides",
}


def report_of(found: Found) -> str:
    return render_to_string("mlops/validation.html", context_of(found))


def context_of(found: Found) -> dict[str, Any]:
    """Everything that the template writes down; no figure is worked out there."""
    first = next(iter(found["engines"]))
    return {
        "found": found,
        "protocol_words": _PROTOCOLS[found["protocol"]],
        "rate": percent(found["rate"]),
        "counts": {name: count(found[name]) for name in ("rows", "patients", "readmitted", "draws")},
        "learned_from": count(found["data"]["flow"]["training"]["readmitted"]),
        "headline": _headline(found["engines"][first]),
        "events_for_each_column": number(found["data"]["flow"]["training"]["readmitted"] / found["features"]["base"], 0),
        "capacity": _top_twenty(found["engines"][first]),
        "tables": _tables(found),
        "plots": _plots(found),
        "engines": [_engine(found, name) for name in found["engines"]],
        "has_intervals": any((found["uncertainty"] or {}).values()),
        "all_checks_hold": all(verdict["passed"] for verdict in found["leaks"]),
    }


def _headline(engine: Mapping[str, Any]) -> list[tuple[str, str]]:
    figures = (
        ("AUC", "auc", 3), ("AUPRC", "auprc", 3), ("Brier skill", "brier_skill", 3), ("Calibration slope", "slope", 2),
        ("Recall, highest 20 %", "recall_top20", 3), ("Precision, highest 20 %", "ppv_top20", 3),
    )  # fmt: skip
    return [(words, flat_with_interval(engine, name, places)) for words, name, places in figures]


def _top_twenty(engine: Mapping[str, Any]) -> dict[str, int]:
    return {"flagged": 20, "of_flagged": round(100 * engine["ppv_top20"]), "of_returning": round(100 * engine["recall_top20"])}


def _tables(found: Found) -> dict[str, tables.Table]:
    made = (tables.flow, tables.missing, tables.predictors, tables.performance, tables.top_shares, tables.thresholds,
            tables.differences, tables.net_benefit, tables.leaks)  # fmt: skip
    return {table.key: table for table in (make(found) for make in made)}


def _plots(found: Found) -> dict[str, plots.Plot]:
    every = tables.models(found)
    chosen = [*found["engines"], *_SHOWN_IN_CURVES]
    drawn = {name: every[name] for name in chosen[: plots.STYLES - 1] if name in every}
    acting = {name: every[name] for name in (*found["engines"], *_SHOWN_IN_DECISIONS)}
    many = len(found["engines"]) > 1
    compared = [
        (f"{every[one['engine']]['label'] if many else ''} less {every[one['against']]['label']}".strip(), one["auc"])
        for one in found["differences"]
    ]
    return {
        "roc": plots.roc(drawn),
        "precision_recall": plots.precision_recall(drawn, found["rate"]),
        "decision": plots.decision(acting, tables.PATIENTS),
        "differences": plots.forest("differences", "Paired differences in AUC", "Difference in AUC", compared, rule=0.0),
    }


def _engine(found: Found, name: str) -> dict[str, Any]:
    engine = found["engines"][name]
    groups = [(f"{group['factor']}: {group['group']}", group["auc"]) for group in engine["subgroups"] if not group["censored"]]
    label = engine["label"]
    spread = tables.repeats(found, name)
    return {
        "name": name,
        "label": label,
        "artefact": found["made"]["artefacts"][name],
        "parameters": sorted(found["made"]["parameters"][name].items()),
        "calibration_table": tables.calibration(found, name),
        "calibration_plot": plots.calibration(engine),
        "distribution_plot": plots.distribution(engine),
        "capacity_table": tables.capacity(found, name),
        "subgroup_table": tables.subgroups(found, name),
        "subgroup_plot": plots.forest(f"groups-{name}", f"{label}: AUC in groups", "AUC", groups, rule=engine["auc"]),
        "uncertainty_table": tables.uncertainty(found, name),
        "repeats_table": spread,
        "repeats_plot": _repeats_plot(found, name) if spread else None,
    }


def _repeats_plot(found: Found, name: str) -> plots.Plot:
    seeds = [(f"seed {one['seed']}", one["difference"]) for one in found["repeats"][name]["seeds"]]
    title = f"{found['engines'][name]['label']} less the reference settings, seed by seed"
    return plots.forest(f"repeats-{name}", title, "Difference in AUC", seeds, rule=0.0)
