"""Everything on a card that has a digit in it: looked up in a validation result, and put in words under a name.

A figure that the result does not hold is not here; the card says which of its fields asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from clinical.models.outcome import Readmission
from mlops.cards.names import NAMES
from mlops.evaluation import TOP_SHARE
from mlops.evaluation.draws import PERCENTILES

Found: TypeAlias = Mapping[str, Any]
CAPACITY = "capacity"
# how the result's protocols hold rows out, in words
_HELD_OUT_FROM = {
    "C": "other patients",
    "S": "patients, some of whom have other stays among those learned from",
    "T": "other patients, some of whose stays are later than all that was learned from",
}
_SOURCES = {
    "database": "This hospital's encounters whose outcome is known",
    "lake": "The feature store's encounters whose outcome is known",
}
_PROVENANCES = {
    "diabetes130": f", loaded from {NAMES['data_set']} with simulated dates",
    "synthetic": ", a synthetic cohort in which no row tells of a real stay",
}
_INTERVALS = {
    "auc": "auc", "auprc": "auprc", "brier": "brier", "brier_skill": "brier_skill", "log_loss": "log_loss", "ece": "ece",
    "slope": "slope", "citl": "citl",
}  # fmt: skip


def figures_of(found: Found, engine: str) -> dict[str, str]:
    """The figures of one engine by name, each as it is read."""
    own = found["engines"][engine]
    return {name: words for name, words in _all(found, own, engine) if words}


def outcome() -> str:
    return str(Readmission.WITHIN_30_DAYS.label).lower()


def number(value: float | None, digits: int = 3) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def interval(metric: Found | None, digits: int = 3) -> str:
    """`value (low to high)`."""
    if not metric or metric.get("value") is None:
        return ""
    low, high = metric.get("low"), metric.get("high")
    ends = f" ({low:.{digits}f} to {high:.{digits}f})" if low is not None and high is not None else ""
    return f"{metric['value']:.{digits}f}{ends}"


def share_with_interval(metric: Found | None) -> str:
    if not metric or metric.get("value") is None:
        return ""
    low, high = metric.get("low"), metric.get("high")
    ends = f" ({100 * low:.1f} to {share(high)})" if low is not None and high is not None else ""
    return f"{share(metric['value'])}{ends}"


def flat(own: Found, name: str) -> dict[str, Any]:
    """A figure of the flat form NAME, NAME_low, NAME_high."""
    return {"value": own.get(name), "low": own.get(f"{name}_low"), "high": own.get(f"{name}_high")}


def _all(found: Found, own: Found, engine: str) -> Iterator[tuple[str, str]]:
    yield "outcome", outcome()
    yield "level", f"{PERCENTILES[1] - PERCENTILES[0]:g} %"
    yield "engine", own["label"]
    for name in ("protocol", "seed"):
        yield name, str(found.get(name, ""))
    for name in ("rows", "patients", "readmitted", "draws"):
        yield name, _count(found.get(name))
    yield "rate", share(found.get("rate"))
    yield from _of_the_data(found)
    yield from _of_the_model(found, engine)
    for name, key in _INTERVALS.items():
        yield name, interval(flat(own, key))
    yield from _at_capacity(own)
    yield from _of_the_groups(own, found)
    yield from _beside_others(found, engine)
    yield from _of_the_leaks(found.get("leaks") or ())
    yield "coverage", _coverage((found.get("uncertainty") or {}).get(engine))


def _of_the_data(found: Found) -> Iterator[tuple[str, str]]:
    data = found.get("data") or {}
    flow = data.get("flow") or {}
    for side in ("file", "training"):
        for name in ("rows", "patients", "readmitted"):
            yield f"{side}_{name}", _count((flow.get(side) or {}).get(name))
    yield "held_out_from", _HELD_OUT_FROM.get(found.get("protocol", ""), "")
    left_out = [f"{_count(part['rows'])} where {part['reason']}" for part in flow.get("left_out") or ()]
    yield "left_out", "; ".join(left_out) or "none"
    gaps = [f"{gap['attribute']} {share(gap['share'])} {gap['words']}" for gap in data.get("missing") or ()]
    yield "missing_shares", "; ".join(gaps)
    yield "file_sha256", data.get("file_sha256", "")
    yield "source", _source(data.get("source"), data.get("provenance"))
    yield "digest", data.get("digest", "")


def _source(source: str | None, provenance: str | None) -> str:
    """A validation is always made from the published file."""
    if source in _SOURCES:
        return f"{_SOURCES[source]}{_PROVENANCES.get(provenance or '', '')}"
    return f"The published file {NAMES['data_set']}"


def _of_the_model(found: Found, engine: str) -> Iterator[tuple[str, str]]:
    features, made = found.get("features") or {}, found.get("made") or {}
    yield "features", _count(features.get("base"))
    yield "columns", _count(features.get("wide"))
    yield "features_version", str(features.get("version", ""))
    yield "features_sha256", features.get("sha256", "")
    yield "reasons", _count(len(features["factors"])) if features.get("factors") else ""
    yield "artefact_sha256", (made.get("artefacts") or {}).get(engine, "")
    yield "command", made.get("command", "")
    yield "versions", ", ".join(f"{name} {version}" for name, version in (made.get("versions") or {}).items())
    parameters = (made.get("parameters") or {}).get(engine) or {}
    yield "parameters", ", ".join(
        f"{name} {value:g}" for name, value in parameters.items() if isinstance(value, int | float)
    )  # fmt: skip


def _at_capacity(own: Found) -> Iterator[tuple[str, str]]:
    top = round(100 * TOP_SHARE)
    yield "top_share", f"{top} %"
    yield "recall_top", share_with_interval(flat(own, f"recall_top{top}"))
    yield "ppv_top", share_with_interval(flat(own, f"ppv_top{top}"))
    capacity: Found = next((one for one in own.get("thresholds") or () if one["name"] == CAPACITY), {})
    yield "capacity_rule", capacity.get("rule", "")
    yield "capacity_threshold", share(capacity.get("value"))
    for name in ("precision", "recall", "specificity", "flagged"):
        yield f"capacity_{name}", share_with_interval(capacity.get(name))


def _of_the_groups(own: Found, found: Found) -> Iterator[tuple[str, str]]:
    groups = own.get("subgroups") or ()
    shown = [group for group in groups if not group["censored"]]
    yield "groups_shown", _count(len(shown)) if groups else ""
    yield "groups_censored", _count(len(groups) - len(shown)) if groups else ""
    for name in ("auc", "observed_by_expected", "recall", "precision"):
        yield f"{name}_by_group", _range(shown, name)
    for factor in ("race", "sex", "age", "payer", "stays"):
        of_factor = [group for group in groups if group["factor"] == factor]
        yield f"held_out_by_{factor}", _composition(of_factor, found.get("rows"))
    stays = [f"{share(group['recall']['value'])} ({group['group']})" for group in shown if group["factor"] == "stays"]
    yield "recall_by_stays", "; ".join(stays)


def _range(groups: Sequence[Found], name: str) -> str:
    """From the lowest to the highest estimate, each with its group: what a reader should look at first."""
    measured = (group for group in groups if group.get(name) and group[name]["value"] is not None)
    known = sorted(measured, key=lambda group: group[name]["value"])
    if not known:
        return ""
    least, most = known[0], known[-1]
    return f"from {interval(least[name])} for {named(least)} to {interval(most[name])} for {named(most)}"


def named(group: Found) -> str:
    """Factor and group; some groups carry their factor's name already."""
    factor, name = str(group["factor"]), str(group["group"])
    return name if name.startswith(factor) else f"{factor} {name}"


def _composition(groups: Sequence[Found], rows: int | None) -> str:
    if not rows:
        return ""
    told = [f"{group['group']} {share(group['rows'] / rows)}" for group in groups if group["rows"] is not None]
    hidden = len(groups) - len(told)
    return ", ".join([*told, *([f"{hidden} too small to show"] if hidden else [])])


def _beside_others(found: Found, engine: str) -> Iterator[tuple[str, str]]:
    labels = {name: one["label"] for kind in ("comparators", "engines") for name, one in (found.get(kind) or {}).items()}
    said = [
        f"{labels[one['against']]}: {_verdict(one['auc'])}, by {interval(one['auc'])}"
        for one in found.get("differences") or ()
        if one["engine"] == engine
    ]
    yield "beside_others", "; ".join(said)
    repeats = (found.get("repeats") or {}).get(engine)
    if repeats:
        yield "repeats", _count(len(repeats["seeds"]))
        yield "repeats_auc", f"{number(repeats['auc_mean'])}, standard deviation {number(repeats['auc_sd'])}"


def _verdict(difference: Found) -> str:
    if difference["low"] > 0:
        return "AUC higher"
    return "AUC lower" if difference["high"] < 0 else "AUC not told apart"


def _of_the_leaks(leaks: Sequence[Found]) -> Iterator[tuple[str, str]]:
    held = [leak for leak in leaks if leak["passed"]]
    yield "leaks", _count(len(leaks)) if leaks else ""
    yield "leaks_held", _count(len(held)) if leaks else ""
    violated = [leak["sentence"] for leak in leaks if not leak["passed"]]
    yield "leaks_violated", "; ".join(violated) or "none"


def _coverage(checked: Found | None) -> str:
    """Whether the intervals of single scores hold the rates that were observed."""
    if not checked:
        return "not checked in this validation"
    if not {"inside_with_chance", "of", "target", "median_width", "passed"} <= checked.keys():
        return ""
    verdict = "does not refute" if checked["passed"] else "REFUTES"
    return (
        f"{checked['inside_with_chance']} of {checked['of']} groups of neighbouring scores hold their observed rate within"
        f" interval and chance, which {verdict} a coverage of {share(checked['target'])}; half of the intervals are narrower"
        f" than {share(checked['median_width'])}"
    )


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
