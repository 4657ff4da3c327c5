"""The fields of the applied model card of the Coalition for Health AI, in the order of its schema, and our answers.

Most say what a source attribute says and point there, so that one question has one answer. Figures stand by name, as in
mlops.cards.answers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One element of the card. `attribute` is the source attribute whose answer it repeats; `results` name figures."""

    section: str
    name: str
    template: str = ""
    attribute: int | None = None
    results: tuple[tuple[str, str], ...] = ()


_KEY_METRICS_TEST = (
    ("TestType", "Internal validation on held-out patients: {held_out_from}."),
    (
        "TestingDataDescription",
        "{rows} encounters of {patients} patients, {readmitted} {outcome}; protocol {protocol}, seed {seed}.",
    ),
    (
        "ValidationProcessAndJustification",
        (
            "Made from the data by {command}. Nothing is fitted or chosen on held-out rows; intervals hold {level} of"
            " {draws} draws of patients, because a patient's stays are alike; the comparators are judged on the same rows and"
            " draws."
        ),
    ),
)


def _key_metric(name: str, *, goal: str, results: tuple[tuple[str, str], ...], interpretation: str) -> tuple[Field, ...]:
    section = f"KeyMetrics/{name}"
    return (
        Field(section, "MetricGoal", goal),
        Field(section, "Results", results=results),
        Field(section, "Interpretation", interpretation),
        *(Field(section, field, template) for field, template in _KEY_METRICS_TEST),
    )


FIELDS = (
    Field("BasicInfo", "ModelName", "{model_name}"),
    Field("BasicInfo", "ModelDeveloper", "{developer}"),
    Field("BasicInfo", "DeveloperContact", "{contact}"),
    Field("ReleaseInfo", "ReleaseStage", "{stage}"),
    Field("ReleaseInfo", "ReleaseDate", "{trained_on}"),
    Field("ReleaseInfo", "ReleaseVersion", "{version}, artefact {artefact_sha256}"),
    Field("ReleaseInfo", "GlobalAvailability", "Wherever the software is installed; the developer hosts nothing."),
    Field("ReleaseInfo", "RegulatoryApproval", "None has been sought."),
    Field(
        "ModelSummary", "Summary",
        "{engine} on {features} features, calibrated: tells a unit which of its diabetic inpatients are likely to be {outcome}"
        " of discharge, and why.",
    ),
    Field("ModelSummary", "Keywords", "readmission; diabetes; inpatient; discharge planning; risk prediction"),
    Field("UsesAndDirections", "IntendedUseAndWorkflow", attribute=5),
    Field("UsesAndDirections", "PrimaryIntendedUsers", attribute=7),
    Field(
        "UsesAndDirections", "HowToUse",
        "Open the unit's worklist, read the reasons beside a score, decide, and record what was done. At the capacity threshold"
        " ({capacity_rule}; {capacity_threshold}) {capacity_flagged} of encounters are flagged.",
    ),
    Field("UsesAndDirections", "TargetedPatientPopulation", attribute=6),
    Field("UsesAndDirections", "CautionedOutOfScopeSettings", attribute=9),
    Field("Warnings", "KnownRisksAndLimitations", attribute=10),
    Field("Warnings", "KnownBiasesOrEthicalConsiderations", attribute=22),
    Field(
        "Warnings", "ClinicalRiskLevel",
        "Informs follow-up that is not urgent. A score that is too low can delay a call or a visit; it withholds no treatment.",
    ),
    Field("TrustIngredients/AISystemFacts", "OutcomesAndOutputs", attribute=3),
    Field("TrustIngredients/AISystemFacts", "ModelType", "{engine}, with a calibration line: {parameters}."),
    Field("TrustIngredients/AISystemFacts", "FoundationModels", "None."),
    Field("TrustIngredients/AISystemFacts", "InputDataSource", attribute=11),
    Field(
        "TrustIngredients/AISystemFacts", "OutputAndInputDataTypes",
        "In: coded and counted facts of the stay and of the patient's earlier stays, {features} features in {reasons} clinical"
        " reasons, {columns} columns with those that hold the rates of groups, schema version {features_version}"
        " ({features_sha256}). Out: a probability, its interval, and its parts.",
    ),
    Field("TrustIngredients/AISystemFacts", "DevelopmentDataCharacterization", attribute=13),
    Field("TrustIngredients/AISystemFacts", "BiasMitigationApproaches", attribute=16),
    Field("TrustIngredients/AISystemFacts", "OngoingMaintenance", attribute=26),
    Field(
        "TrustIngredients/AISystemFacts", "Security",
        "The model's file holds data and no program; its digest is checked before it is read. Access is bounded to a person's"
        " units, and every access is kept in a log that shows whether it was changed.",
    ),
    Field(
        "TrustIngredients/AISystemFacts", "Transparency",
        "The code, the features' definition and the command behind every figure here are open: {command}, with {versions}.",
    ),
    Field("TrustIngredients/TransparencyInformation", "FundingSource", attribute=2),
    Field("TrustIngredients/TransparencyInformation", "ThirdPartyInformation", "Training data: {source}."),
    Field("TrustIngredients/TransparencyInformation", "StakeholdersConsulted", "None has been recorded."),
    *_key_metric(
        "UsefulnessUsabilityEfficacy",
        goal="Put those who come back higher on a list that is bounded by the people there are than points and counts do.",
        results=(("AUC", "auc"), ("AUPRC", "auprc"),
            ("Recall among the highest scores", "recall_top"),
            ("Precision among the highest scores", "ppv_top")),
        interpretation="{beside_others}. The highest scores are the highest {top_share}.",
    ),
    *_key_metric(
        "FairnessEquity",
        goal="Hold for every group what is said of all, with one threshold for everybody.",
        results=(
            ("AUC by group", "auc_by_group"), ("Observed by expected by group", "observed_by_expected_by_group"),
            ("Recall by group", "recall_by_group"), ("Precision by group", "precision_by_group"),
        ),
        interpretation="{groups_shown} groups are shown; {groups_censored} are too small to be. Recall {recall_by_group}.",
    ),
    *_key_metric(
        "SafetyReliability",
        goal="Give probabilities that can be read as such, from a run without leaks.",
        results=(
            ("Expected calibration error", "ece"), ("Calibration slope", "slope"), ("Calibration in the large", "citl"),
            ("Brier skill", "brier_skill"), ("Leak checks held", "leaks_held"), ("Intervals of single scores", "coverage"),
        ),
        interpretation="{leaks_held} of {leaks} leak checks held; violated: {leaks_violated}.",
    ),
    Field("Resources", "EvaluationReferences", attribute=25),
    Field("Resources", "ClinicalTrial", "None."),
    Field("Resources", "PeerReviewedPublications", "None of this model. Of the data: {data_set_citation}."),
    Field("Resources", "ReimbursementStatus", "None."),
    Field(
        "Resources", "PatientConsentOrDisclosure",
        "The training data were published without names. Whether and how patients are told of scores is for the hospital to"
        " decide.",
    ),
    Field("Bibliography", "Bibliography", "{data_set_citation}. {data_set}."),
)  # fmt: skip
