"""The tables of a validation, made once from its JSON for the report, for the document and for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from mlops.validation.measuring import RULE_CAPACITY, RULE_CHOSEN
from mlops.validation.subgroups import RULE
from mlops.validation.words import count, flat_with_interval, number, percent, signed_with_interval, with_interval

Found: TypeAlias = Mapping[str, Any]
SHOWN_RISKS = (0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3)
SHARES = (5, 10, 20, 30)
PATIENTS = 100
_LEAK_HEAD = ("Check", "Verdict", "What has to be true", "What was seen")
_THRESHOLDS = {"half": "0.5", "chosen": "the chosen score", "capacity": "the capacity score"}


@dataclass(frozen=True)
class Table:
    """Cells as they are written; the first of a row names it. In a table of prose, cells may be broken into lines."""

    key: str
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    is_prose: bool = False


def models(found: Found) -> dict[str, Found]:
    """Engines first."""
    return {**found["engines"], **found["comparators"]}


def performance(found: Found) -> Table:
    rows = [
        (
            model["label"], flat_with_interval(model, "auc"), flat_with_interval(model, "auprc"), number(model["brier"], 4),
            flat_with_interval(model, "brier_skill"), number(model["log_loss"], 4), number(model["ece"], 4),
            number(model["slope"], 2), number(model["citl"], 3),
        )
        for model in models(found).values()
    ]  # fmt: skip
    head = ("Model", "AUC", "AUPRC", "Brier", "Brier skill", "Log loss", "ECE", "Slope", "In the large")
    note = f"95 % intervals: {found['draws']:,} draws of patients. Point scores are no probabilities: a dash."
    return Table("performance", "All models on the same held-out encounters", head, rows, note)


def top_shares(found: Found) -> Table:
    rows = [
        (model["label"], *(f"{percent(model[f'ppv_top{share}'])}; {percent(model[f'recall_top{share}'])}" for share in SHARES))
        for model in models(found).values()
    ]
    head = ("Model", *(f"Highest {share} %" for share in SHARES))
    note = "Of those flagged, the share who came back (precision); of those who came back, the share flagged (recall)."
    return Table("top_shares", "Precision; recall among the highest scores", head, rows, note)


def capacity(found: Found, name: str) -> Table:
    """One engine's top shares with their intervals."""
    model = models(found)[name]
    rows = [
        (f"highest {share} %", flat_with_interval(model, f"ppv_top{share}"), flat_with_interval(model, f"recall_top{share}"))
        for share in SHARES
    ]
    return Table(
        f"capacity_{name}", f"{model['label']}: precision and recall by capacity", ("Flagged", "Precision", "Recall"), rows
    )


def thresholds(found: Found) -> Table:
    rows = [
        (
            f"{model['label']}: {_THRESHOLDS[threshold['name']]}", number(threshold["value"]),
            with_interval(threshold["flagged"]), with_interval(threshold["precision"]), with_interval(threshold["recall"]),
            with_interval(threshold["f1"]), with_interval(threshold["specificity"]),
        )
        for model in models(found).values()
        for threshold in model["thresholds"]
        if threshold["value"] is not None
    ]  # fmt: skip
    head = ("Flagged from", "Score", "Share flagged", "Precision", "Recall", "F1", "Specificity")
    note = f"Chosen: {RULE_CHOSEN}. Capacity: {RULE_CAPACITY}. No held-out row is looked at for either."
    return Table("thresholds", "At thresholds", head, rows, note)


def differences(found: Found) -> Table:
    every = models(found)
    rows = [
        (
            f"{every[difference['engine']]['label']} less {every[difference['against']]['label']}",
            *(signed_with_interval(difference.get(figure)) for figure in ("auc", "auprc", "brier")),
        )
        for difference in found["differences"]
    ]
    note = "The same draws of patients for both; an interval above 0 in AUC, or below 0 in Brier, speaks for the first."
    return Table("differences", "Paired differences", ("Models", "AUC", "AUPRC", "Brier"), rows, note)


def net_benefit(found: Found) -> Table:
    probable = {name: model for name, model in models(found).items() if model["net_benefit"]}
    first = next(iter(probable.values()))
    everybody = {point["risk"]: point["everybody"] for point in first["net_benefit"]}
    by_model = {name: {point["risk"]: point for point in model["net_benefit"]} for name, model in probable.items()}
    rows = [
        (
            percent(risk, 0),
            *(number(PATIENTS * by_model[name][risk]["model"]["value"], 2) for name in probable),
            number(PATIENTS * everybody[risk], 2),
            signed_with_interval(_times(by_model[next(iter(probable))][risk]["gain"], PATIENTS), 2),
        )
        for risk in SHOWN_RISKS
    ]
    head = ("Acting from", *(model["label"] for model in probable.values()), "Everybody", "Gain")
    note = (
        "Net benefit for 100 patients: those found, less those flagged for nothing at the exchange rate of the risk from which"
        " one acts. Acting on nobody is 0. The gain is that of the first model over the better of everybody and nobody."
    )
    return Table("net_benefit", "Decision curve", head, rows, note)


def calibration(found: Found, name: str) -> Table:
    model = models(found)[name]
    rows = [
        (str(place), count(part["rows"]), percent(part["mean_score"]), _percent_between(part["observed"]))
        for place, part in enumerate(model["calibration"], start=1)
    ]
    head = ("Tenth", "Encounters", "Mean score", "Came back")
    return Table(f"calibration_{name}", f"{model['label']}: score and observed rate", head, rows)


def subgroups(found: Found, name: str) -> Table:
    model = models(found)[name]
    head = ("Group", "Encounters", "Came back", "Rate", "AUC", "Observed by expected", "Recall", "False alarms", "Precision")
    rows = [(_group_name(group), *_group_cells(group)) for group in model["subgroups"]]
    note = f"{RULE} Flagged is what reaches the capacity threshold of all."
    return Table(f"subgroups_{name}", f"{model['label']} in groups of patients", head, rows, note)


def uncertainty(found: Found, name: str) -> Table | None:
    told = (found["uncertainty"] or {}).get(name)
    if not told:
        return None
    rows = [
        (
            str(place), count(group["rows"]), percent(group["mean_score"]),
            f"{number(100 * group['mean_low'], 1)} to {percent(group['mean_high'])}", percent(group["observed"]),
            "yes" if group["inside"] else "no", "yes" if group["inside_with_chance"] else "no",
        )
        for place, group in enumerate(told["groups"], start=1)
    ]  # fmt: skip
    head = ("Group", "Encounters", "Mean score", "Mean interval", "Came back", "Inside", "Inside, with chance")
    verdict = "not refuted" if told["passed"] else "REFUTED"
    note = (
        f"Neighbouring scores, narrow and wide intervals apart. {told['inside_with_chance']} of {told['of']} observed rates lie"
        f" where the intervals and the chance of so few encounters let them; so few or fewer has a likelihood of"
        f" {number(told['likelihood'])} where the intervals are right: {verdict}. Half of the intervals are narrower than"
        f" {number(100 * told['median_width'], 1)} percentage points."
    )
    return Table(f"uncertainty_{name}", f"{models(found)[name]['label']}: intervals of scores", head, rows, note)


def repeats(found: Found, name: str) -> Table | None:
    if not found["repeats"]:
        return None
    spread, label = found["repeats"][name], models(found)[name]["label"]
    rows: list[tuple[str, ...]] = [
        (str(one["seed"]), number(one["auc"], 4), number(one["reference"], 4), signed_with_interval(one["difference"]))
        for one in spread["seeds"]
    ]
    for words, key in (("mean", "mean"), ("standard deviation", "sd"), ("least", "least")):
        rows.append((words, *(number(spread[f"{figure}_{key}"], 4) for figure in ("auc", "reference", "difference"))))
    head = ("Seed", f"{label}, AUC", "Reference settings, AUC", "Difference, paired")
    return Table(f"repeats_{name}", f"{label} over further seeds", head, rows, "Each seed is another split and another fit.")


def leaks(found: Found) -> Table:
    rows = [
        (verdict["name"], "holds" if verdict["passed"] else "VIOLATED", verdict["sentence"], verdict["evidence"])
        for verdict in found["leaks"]
    ]
    return Table("leaks", "Leak checks on this run", _LEAK_HEAD, rows, is_prose=True)


def flow(found: Found) -> Table:
    told = found["data"]["flow"]
    rows = [("Encounters in the file", *_counts(told["file"]))]
    rows += [(f"Left out: {part['reason']}", count(part["rows"]), "", count(part["readmitted"])) for part in told["left_out"]]
    rows += [("Learned from", *_counts(told["training"])), ("Held out", *_counts(told["held_out"]))]
    return Table("flow", "From the file to the held-out rows", ("", "Encounters", "Patients", "Came back within 30 days"), rows)


def missing(found: Found) -> Table:
    rows = [(part["attribute"], part["words"], percent(part["share"])) for part in found["data"]["missing"]]
    return Table("missing", "What the file does not say", ("Attribute", "Told as", "Share of encounters"), rows)


def predictors(found: Found) -> Table:
    rows = [(part["factor"], str(len(part["features"])), "; ".join(part["features"])) for part in found["features"]["factors"]]
    return Table("predictors", "Features by clinical reason", ("Reason", "Columns", "Features"), rows, is_prose=True)


def of_document(found: Found) -> Iterator[Table]:
    """What docs/validation.md holds."""
    yield from (flow(found), performance(found), differences(found), top_shares(found), thresholds(found), net_benefit(found))
    for name in found["engines"]:
        yield from (subgroups(found, name), calibration(found, name))
        yield from filter(None, (uncertainty(found, name), repeats(found, name)))
    yield leaks(found)


def markdown_of(found: Found) -> str:
    return "\n".join(_as_markdown(table) for table in of_document(found))


def lines_of(found: Found) -> Iterator[str]:
    """The figures that are quoted, for the terminal."""
    held_out = f"{found['rows']:,} encounters of {found['patients']:,} patients"
    came_back = f"{found['readmitted']:,} came back within 30 days"
    yield f"Protocol {found['protocol']}, seed {found['seed']}: judged on {held_out}, of which {came_back}."
    shown = [performance(found), differences(found), *filter(None, (repeats(found, name) for name in found["engines"]))]
    for table in shown:
        yield ""
        yield from _as_text(table)
    yield ""
    holding = sum(verdict["passed"] for verdict in found["leaks"])
    yield f"Leak checks: {holding} of {len(found['leaks'])} hold."


def _as_markdown(table: Table) -> str:
    head = ["| " + " | ".join(table.head) + " |", "|" + "---|" * len(table.head)]
    body = ["| " + " | ".join(row) + " |" for row in table.rows]
    note = ["", table.note] if table.note else []
    return "\n".join([f"**{table.caption}**", "", *head, *body, *note, ""])


def _as_text(table: Table) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (table.head, *table.rows)) for column in range(len(table.head))]
    for row in (table.head, *table.rows):
        first, *others = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join([first, *others]).rstrip()


def _group_name(group: Found) -> str:
    return f"{group['factor']}: {group['group']}"


def _group_cells(group: Found) -> tuple[str, ...]:
    if group["censored"]:
        return (count(group["rows"]), "censored", *([number(None)] * 6))
    return (
        count(group["rows"]), count(group["readmitted"]), percent(group["rate"]["value"]), with_interval(group["auc"]),
        with_interval(group["observed_by_expected"], 2), with_interval(group["recall"], 2),
        with_interval(group["false_alarms"], 2), with_interval(group["precision"], 2),
    )  # fmt: skip


def _counts(part: Found) -> tuple[str, str, str]:
    return count(part["rows"]), count(part["patients"]), count(part["readmitted"])


def _percent_between(metric: Found) -> str:
    return f"{percent(metric['value'])} ({number(100 * metric['low'], 1)} to {percent(metric['high'])})"


def _times(metric: Found, factor: float) -> Found:
    return {name: None if value is None else factor * value for name, value in metric.items()}
