"""A trial as a page tells it: sentences first, then tables, out of a report that a worker made. No patient is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from clinical.models import User
from mlops.models import ShadowReport, ShadowTrial
from mlops.shadow.sealing import seal_of
from mlops.shadow.trials import why_not_signed_by
from predictions.bands import BandName

Found = Mapping[str, Any]
_UNKNOWN = "not yet known"
_FEW = "too few"
_LABELS = {
    "auc": "ROC-AUC",
    "recall_top_20": "Found among the highest 20 %",
    "calibration_slope": "Calibration slope (1 is right)",
    "calibration_in_the_large": "Calibration in the large (0 is right)",
    "ece": "Expected calibration error",
    "mean_score": "Mean score",
    "rate": "Observed rate",
}


@dataclass(frozen=True)
class WardRow:
    """One ward, in words where it is large enough to be told."""

    unit: str
    encounters: str
    overlap: str
    today: str
    capacity: str
    champion_flagged: str
    candidate_flagged: str
    same_on_list: str


@dataclass(frozen=True)
class OutcomeRow:
    """One figure of both on the same ripe outcomes."""

    label: str
    champion: str
    candidate: str
    difference: str


@dataclass(frozen=True)
class BandRow:
    """Where the candidate puts those whom the champion puts into this band."""

    label: str
    counts: list[str]


@dataclass(frozen=True)
class TrialPage:
    """See the module."""

    trial: ShadowTrial
    report: ShadowReport | None
    sentences: list[str]
    wards: list[WardRow]
    bands: list[BandRow]
    band_labels: list[str]
    disagreements: list[tuple[str, str, str]]
    outcomes: list[OutcomeRow]
    seal_fits: bool
    why_not_signed: str


def trial_page(trial: ShadowTrial, user: User) -> TrialPage:
    """The newest report; of a signed trial the one that was signed."""
    report = trial.rests_on or trial.reports.first()
    body: Found = report.body if report else {}
    return TrialPage(
        trial=trial,
        report=report,
        sentences=list(sentences_of(body)) if body else [],
        wards=[_ward(ward) for ward in body.get("wards", ())],
        bands=_bands(body),
        band_labels=[BandName(name).label for name in body.get("bands", {}).get("names", ())],
        disagreements=_disagreements(body),
        outcomes=_outcomes(body.get("outcomes", {})),
        seal_fits=bool(report and trial.seal and seal_of(dict(body)) == trial.seal),
        why_not_signed=why_not_signed_by(user, trial),
    )


def sentences_of(body: Found) -> Iterator[str]:
    """What the report says, in the order in which an approver asks."""
    until = f"{_day(body['from'])} until {_day(body['until'])}"
    if not body["encounters"]:
        yield f"Nothing has been scored by both from {until}."
        return
    yield f"Both scored the same inputs of {body['encounters']:,} encounters of {body['patients']:,} patients, from {until}."
    ranks, share = body["ranks"], _share(body["share"])
    correlation = "no order to compare" if ranks["spearman"] is None else f"rank correlation {ranks['spearman']:.3f}"
    yield f"How alike they rank: {correlation}; of the highest {share}, {_share(ranks['overlap'])} are the same patients."
    moved = body["difference"]["mean"]
    way = "the same as" if round(1000 * moved) == 0 else "higher than" if moved > 0 else "lower than"
    by = "" if way.startswith("the") else f"{100 * abs(moved):.1f} in 100 "
    changed = _share(body["bands"]["changed"])
    yield f"On average the candidate's risk is {by}{way} the champion's; the band changes for {changed} of the encounters."
    yield _told_outcomes(body["outcomes"])


def _told_outcomes(outcomes: Found) -> str:
    if outcomes["enough"]:
        paired = outcomes["paired"]["auc"]
        return (
            f"On {outcomes['known']:,} ripe outcomes ({outcomes['events']:,} came back) the candidate's ROC-AUC differs by"
            f" {_signed(paired['value'])} (95 % interval {_signed(paired['low'])} to {_signed(paired['high'])})."
        )
    day = outcomes["next_ripe_on"]
    when = (
        f"The next one ripens on {date.fromisoformat(day):%-d %B %Y}."
        if day
        else "No day is known yet: the patients of this trial are still on the wards, or their outcomes are not recorded."
    )
    needed = outcomes["fewest_events"]
    return (
        f"Which of them is right is not yet known: {outcomes['known']:,} outcomes of this trial are ripe, and"
        f" {needed} who came back and {needed} who did not are needed. {when}"
    )


def _ward(ward: Found) -> WardRow:
    today: Found = ward["today"] or {}

    def count(name: str) -> str:
        return f"{today[name]:,}" if name in today else _FEW

    return WardRow(
        unit=ward["unit"],
        encounters=_FEW if ward["encounters"] is None else f"{ward['encounters']:,}",
        overlap=_FEW if ward["overlap"] is None else _share(ward["overlap"]),
        today=count("encounters"),
        capacity=count("capacity"),
        champion_flagged=count("champion_flagged"),
        candidate_flagged=count("candidate_flagged"),
        same_on_list=count("same_on_list"),
    )


def _bands(body: Found) -> list[BandRow]:
    bands: Found = body.get("bands", {"names": (), "table": ()})
    return [
        BandRow(BandName(name).label, [f"{count:,}" for count in row])
        for name, row in zip(bands["names"], bands["table"], strict=True)
    ]


def _disagreements(body: Found) -> list[tuple[str, str, str]]:
    rows = body.get("difference", {}).get("largest", ())
    return [(f"{100 * row['at_least']:.0f} in 100", f"{row['higher']:,}", f"{row['lower']:,}") for row in rows]


def _outcomes(outcomes: Found) -> list[OutcomeRow]:
    if not outcomes.get("enough"):
        return []
    return [
        OutcomeRow(
            _LABELS[name], _figure(outcomes["champion"][name]), _figure(outcomes["candidate"][name]),
            _figure(outcomes["paired"][name], signed=True),
        )
        for name in outcomes["paired"]
    ]  # fmt: skip


def _figure(metric: Found, *, signed: bool = False) -> str:
    if metric["value"] is None:
        return _UNKNOWN
    value, ends = metric["value"], (metric["low"], metric["high"])
    told = _signed if signed else _plain
    return told(value) if None in ends else f"{told(value)} ({told(ends[0])} to {told(ends[1])})"


def _plain(value: float) -> str:
    return f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")


def _share(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{100 * value:.0f} %" if value in {0.0, 1.0} else f"{100 * value:.1f} %"


def _day(text: str) -> str:
    moment: datetime | None = parse_datetime(text)
    return f"{moment:%-d %B %Y, %H:%M} UTC" if moment else text
