"""The thirty-one source attributes of a predictive decision support intervention, in the regulation's words.

45 CFR 170.315(b)(11)(iv)(B). The words are required as they are; our answers stand in mlops.cards.answers.
"""

from __future__ import annotations

from dataclasses import dataclass

_VARIABLES = (
    "race, ethnicity, language, sexual orientation, gender identity, sex, date of birth, social determinants of health, and"
    " health status assessments"
)


@dataclass(frozen=True)
class SourceAttribute:
    """One thing that must be told."""

    number: int
    section: str
    wording: str


_WORDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Details and output of the intervention",
        (
            "Name and contact information for the intervention developer.",
            "Funding source of the technical implementation for the intervention(s) development.",
            "Description of value that the intervention produces as an output.",
            (
                "Whether the intervention output is a prediction, classification, recommendation, evaluation, analysis, or"
                " other type of output."
            ),
        ),
    ),
    (
        "Purpose of the intervention",
        (
            "Intended use of the intervention.",
            "Intended patient population(s) for the intervention's use.",
            "Intended user(s).",
            (
                "Intended decision-making role for which the intervention was designed to be used/for (e.g., informs, augments,"
                " replaces clinical management)."
            ),
        ),
    ),
    (
        "Cautioned out-of-scope use of the intervention",
        (
            "Description of tasks, situations, or populations where a user is cautioned against applying the intervention.",
            "Known risks, inappropriate settings, inappropriate uses, or known limitations.",
        ),
    ),
    (
        "Intervention development details and input features",
        (
            "Exclusion and inclusion criteria that influenced the training data set.",
            f"Use of variables in (b)(11)(iv)(A)(5)-(13) as input features [{_VARIABLES}].",
            (
                "Description of demographic representativeness according to those variables including, at a minimum, those used"
                " as input features."
            ),
            "Description of relevance of training data to intended deployed setting.",
        ),
    ),
    (
        "Process used to ensure fairness in development of the intervention",
        (
            (
                "Description of the approach the intervention developer has taken to ensure that the intervention's output is"
                " fair."
            ),
            "Description of approaches to manage, reduce, or eliminate bias.",
        ),
    ),
    (
        "External validation process",
        (
            (
                "Description of the data source, clinical setting, or environment where an intervention's validity and"
                " fairness has been assessed, other than the source of training and testing data."
            ),
            "Party that conducted the external testing.",
            "Description of demographic representativeness of external data according to the same variables.",
            "Description of external validation process.",
        ),
    ),
    (
        "Quantitative measures of performance",
        (
            "Validity of intervention in test data derived from the same source as the initial training data.",
            "Fairness of intervention in test data derived from the same source as the initial training data.",
            "Validity of intervention in data external to or from a different source than the initial training data.",
            "Fairness of intervention in data external to or from a different source than the initial training data.",
            (
                "References to evaluation of use of the intervention on outcomes (citations or hyperlinks: morbidity,"
                " mortality, length of stay, or other outcomes)."
            ),
        ),
    ),
    (
        "Ongoing maintenance of intervention implementation and use",
        (
            "Description of process and frequency by which the intervention's validity is monitored over time.",
            "Validity of intervention in local data.",
            "Description of the process and frequency by which the intervention's fairness is monitored over time.",
            "Fairness of intervention in local data.",
        ),
    ),
    (
        "Update and continued validation or fairness assessment schedule",
        (
            "Description of process and frequency by which the intervention is updated.",
            (
                "Description of frequency by which performance is corrected when risks related to validity and fairness are"
                " identified."
            ),
        ),
    ),
)
SOURCE_ATTRIBUTES = tuple(
    SourceAttribute(number, section, wording)
    for number, (section, wording) in enumerate(
        ((section, wording) for section, wordings in _WORDINGS for wording in wordings), start=1
    )
)
