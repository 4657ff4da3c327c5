"""Our answers to the thirty-one source attributes. A figure stands here as the name it is looked up by, never as a digit.

Names in braces are those of mlops.cards.figures and of the release. Where nothing can be told, the answer says why, and
`available` is False: that is an answer, and not a gap.
"""

from __future__ import annotations

from dataclasses import dataclass

DOCS = "docs/"
VALIDATION, DATA, MODEL = f"{DOCS}validation.md", f"{DOCS}data.md", f"{DOCS}modelling.md"
RACE_RULING = f"{DOCS}adr/0013-race-is-not-a-feature.md"


@dataclass(frozen=True)
class Answer:
    """A template, the documents it rests on, and whether there is anything to tell."""

    template: str
    evidence: tuple[str, ...] = ()
    available: bool = True


_NO_EXTERNAL_DATA = "Not available: no data but the source of training and testing has been used."
_NOT_YET_LOCAL = "Not available: not known before this hospital's own outcomes have matured and have been evaluated."

ANSWERS: dict[int, Answer] = dict(
    enumerate(
        (
            Answer("{developer}. Contact: {contact}."),
            Answer("Not available: the developer has named no funding source.", available=False),
            Answer(
                "The chance that the patient of an inpatient stay is {outcome} of discharge, with an interval, a risk band"
                " whose observed rate is told beside it, and the parts that add up to the chance, in words.",
                (MODEL,),
            ),
            Answer("A prediction: a calibrated probability. It is no classification, recommendation or order.", (MODEL,)),
            Answer(
                "To order a unit's list around discharge, so that the follow-up for which there are people today goes first to"
                " those most likely to come back, and to say why in words.",
            ),
            Answer("Adult inpatients with diabetes whose stay ends in a discharge from which a return is possible.", (DATA,)),
            Answer("Clinicians of the patient's own unit: discharge nurses, coordinators and physicians."),
            Answer(
                "Informs. A professional sees the basis of each score and decides; the score orders, changes and withholds"
                " nothing by itself."
            ),
            Answer(
                "Not for patients without diabetes or for children; not for stays that end in death or hospice care, which are"
                " never scored; not for any outcome but being {outcome}; not to deny care, to judge staff, or in an emergency;"
                " not before it has been validated on the hospital's own patients.",
                (DATA,),
            ),
            Answer(
                "Learned from hospitals of one country in years long past; practice has changed. The data hold no vital signs,"
                " laboratory values, notes or social circumstances. Not recorded or not measured: {missing_shares}. Patients"
                " without an earlier stay are known less well: of those who came back, the capacity threshold found"
                " {recall_by_stays}. A part of a score tells what moved it, not what treatment would change. A score can be"
                " relied on too readily.",
                (MODEL, VALIDATION),
            ),
            Answer(
                "{source}: {file_rows} encounters of {file_patients} patients, inpatient stays with a"
                " diabetes diagnosis. Left out: {left_out}. Learned from {training_rows} encounters of {training_patients}"
                " patients; judged on {rows} encounters of {patients} {held_out_from}.",
                (DATA, MODEL),
            ),
            Answer(
                "Input features: sex, and age in bands (of the date of birth). Recorded, and read by no feature: race. Not in"
                " the data, and so not used: ethnicity apart from race, language, sexual orientation, gender identity, social"
                " determinants of health, health status assessments. The payer is read. {features} features in all.",
                (RACE_RULING, MODEL),
            ),
            Answer(
                "Of the held-out encounters, by sex: {held_out_by_sex}. By age: {held_out_by_age}. By race: {held_out_by_race}."
                " By payer: {held_out_by_payer}.",
                (VALIDATION,),
            ),
            Answer(
                "Inpatients with diabetes of many hospitals, described by the codes and counts that a hospital has at"
                " discharge, as at the deployed site. Treatment, coding and the incentives to prevent readmission have changed"
                " since; payers and specialties differ between countries. Local validation comes before use.",
                (DATA,),
            ),
            Answer(
                "No feature reads race. Every figure is computed in groups by race, sex, age, payer, and first or returning"
                " patient: {groups_shown} groups are shown and {groups_censored} are too small to be. One threshold holds for"
                " everybody.",
                (RACE_RULING, VALIDATION),
            ),
            Answer(
                "No row is weighted or resampled by outcome or group. Histories that only a readmission could have written are"
                " taken out of the training data. Each validation runs checks for leaks: {leaks_held} of {leaks} held"
                " (violated: {leaks_violated}).",
                (VALIDATION,),
            ),
            Answer(_NO_EXTERNAL_DATA, available=False),
            Answer("Not available: nobody has tested it externally.", available=False),
            Answer(_NO_EXTERNAL_DATA, available=False),
            Answer("Not available: there has been no external validation.", available=False),
            Answer(
                "On {rows} held-out encounters ({rate} {outcome}) of {patients} {held_out_from}, protocol {protocol}, seed"
                " {seed}: AUC {auc}; AUPRC {auprc}; Brier score {brier}, skill {brier_skill}; expected calibration error"
                " {ece}; calibration slope {slope}, in the large {citl}. Among the highest {top_share} of scores: recall"
                " {recall_top}, precision {ppv_top}. Beside others on the same rows: {beside_others}. These intervals hold"
                " {level} of {draws} draws of patients. Intervals of single scores: {coverage}.",
                (VALIDATION,),
            ),
            Answer(
                "AUC {auc_by_group}. Observed by expected events {observed_by_expected_by_group}. Recall at the capacity"
                " threshold {recall_by_group}; precision there {precision_by_group}. Groups with few events have wide"
                " intervals; the whole table stands below.",
                (VALIDATION, RACE_RULING),
            ),
            Answer(_NO_EXTERNAL_DATA, available=False),
            Answer(_NO_EXTERNAL_DATA, available=False),
            Answer("Not available: what its use does to outcomes has not been evaluated.", available=False),
            Answer(
                "Before every release the whole validation is made anew from the data by one command ({command}). Between"
                " releases every night: how many were scored, what was missing, how far features and scores have moved, and"
                " on matured outcomes AUC, calibration and groups. An outcome counts once its window and the reporting lag"
                " have passed; until then the figure is shown as not yet known.",
                (VALIDATION,),
            ),
            Answer(_NOT_YET_LOCAL, available=False),
            Answer(
                "As validity: with every release, in the same groups and from the same run; between releases every night, on"
                " matured outcomes only.",
                (VALIDATION,),
            ),
            Answer(_NOT_YET_LOCAL, available=False),
            Answer(
                "A new version is trained and judged every week, on request, and, where the hospital has set it, when drift"
                " is found. It comes into office by the decision of somebody other than who asked for it. The one before is"
                " kept and can come back at once.",
                (MODEL,),
            ),
            Answer(
                "When a figure is seen to hold no longer: the version before is made champion again at once, and"
                " a corrected version follows by the same way as any other. There is no fixed frequency.",
                (MODEL,),
            ),
        ),
        start=1,
    )
)
