"""A stored score in the words of a card: natural frequencies out of 100, whom they are about, how sure, and what is not seen.

GitHub-flavoured Markdown, for an EHR to show. Whatever comes from the record is escaped: it may show no link and no picture.
"""

from __future__ import annotations

import re

from predictions.encounter_page import BLIND_SPOTS, Risk
from predictions.explain import Factor
from predictions.risk_words import Frequency

LONGEST_SUMMARY = 139  # the specification asks for fewer than 140
FACTORS_TOLD = 3
# what begins emphasis, code, links, pictures, tables or markup; GitHub's dialect also links bare addresses
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|<>~&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)


def escaped(text: str) -> str:
    """The text as it stands, whatever Markdown would make of it."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def shortened(text: str, *, most: int = LONGEST_SUMMARY) -> str:
    """One line that fits, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rpartition(" ")[0].rstrip(" ,;:") + "…"


def summary(risk: Risk) -> str:
    band = risk.band.label if risk.band else "Raised"
    return shortened(f"{band} risk of coming back within 30 days: {_of_hundred(risk.frequency)} patients like this.")


def summary_without_score(reason: str) -> str:
    return shortened(f"Readmission risk not scored: {reason[:1].lower()}{reason[1:]}")


def detail(risk: Risk) -> str:
    return "\n\n".join(part for part in (_chance(risk), _observed(risk), _why(risk), _care(risk), _basis(risk)) if part)


def detail_without_score(reason: str) -> str:
    return (
        f"**Not scored.** {escaped(reason)}\n\n"
        "The risk of coming back within 30 days is **unknown** for this patient. That does not mean that it is low."
    )


def _of_hundred(frequency: Frequency) -> str:
    return f"{frequency.about}{frequency.words} of 100"


def _chance(risk: Risk) -> str:
    frequency = risk.frequency
    return (
        f"Of 100 patients like this, {frequency.about}**{frequency.words}** {'is' if frequency.is_one else 'are'} back in "
        f"hospital within 30 days of going home; {frequency.rest_words} {'is' if frequency.rest == 1 else 'are'} not. "
        f"The model cannot be more exact than {risk.interval.words} of 100 (95 % interval"
        f"{', which is wide: a rough guide' if risk.interval.is_wide else ''}).\n\n"
        "“Patients like this” are inpatients with diabetes, discharged alive and not to hospice, with the same facts on record."
    )


def _observed(risk: Risk) -> str:
    if risk.band is None or risk.observed is None or risk.observed_interval is None:
        return ""
    return (
        f"**{risk.band.label} band** ({risk.band_range} of 100): of 100 patients in it, {risk.observed.about}"
        f"{risk.observed.words} {'was' if risk.observed.is_one else 'were'} really back ({risk.observed_interval.words}; "
        f"counted on {risk.band.patients:,} patients that the model had never seen)."
    )


def _why(risk: Risk) -> str:
    raising = [factor for factor in risk.factors if factor.raises_risk][:FACTORS_TOLD]
    if not raising:
        return ""
    return "\n".join(("**What raises it most** (associations in past patients, not causal):\n", *map(_factor, raising)))


def _factor(factor: Factor) -> str:
    size = "less than 1" if factor.points < 0.5 else f"about {int(factor.points + 0.5)}"  # noqa: PLR2004  half a patient
    return f"- {escaped(factor.label)}: {escaped(factor.value_text)} (adds {size} of 100; {factor.group.label.lower()})"


def _care(risk: Risk) -> str:
    unusual = "".join(f" {escaped(line)}" for line in risk.unusual)
    return "**What this score cannot see:** " + "; ".join(spot[:1].lower() + spot[1:] for spot in BLIND_SPOTS) + "." + (
        f"\n\n**This record is unusual:**{unusual}" if unusual else ""
    )  # fmt: skip


def _basis(risk: Risk) -> str:
    made = risk.prediction
    missing = f"{len(risk.missing)} of {len(risk.inputs)} items were not recorded" if risk.missing else "no item was missing"
    return (
        f"Scored by {escaped(str(made.model_version))} on {made.scored_at:%d-%b-%Y %H:%M} UTC from what was on record; "
        f"{missing}. Score number `{made.public_id}`."
    )
