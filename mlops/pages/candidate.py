"""Everything an approver reads about one version, on one screen, out of its evidence and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinical.models import User
from mlops.models import Decision, Evidence
from mlops.pages.comparison import Row, rows_of
from mlops.pages.deciding import Standing, evidence_of, may_promote, standing_of
from mlops.pages.groups import DriftRow, GroupRow, UnitRow, burden_of, drift_of, groups_of
from mlops.pages.lineage import Fact, facts_of
from mlops.pages.pictures import plots_of
from mlops.pages.told import who
from mlops.pages.verdict import Verdict, verdict_of
from mlops.validation.plots import Plot
from predictions.models import ModelStatus, ModelVersion

Found = Mapping[str, Any]


@dataclass(frozen=True)
class CandidatePage:
    """See the module."""

    version: ModelVersion
    evidence: Evidence | None
    champion: ModelVersion | None
    requester: str
    standing: Standing
    may_promote: bool
    decisions: list[Decision]
    verdict: Verdict
    judged_on: str
    figures: list[Row]
    plots: list[Plot]
    groups: list[GroupRow]
    burden: list[UnitRow]
    drift: list[DriftRow]
    lineage: list[Fact]
    card: Found

    @property
    def is_waiting(self) -> bool:
        return self.version.status == ModelStatus.CANDIDATE

    @property
    def is_sealed(self) -> bool:
        return self.evidence is not None and bool(self.evidence.seal)


def candidate_page(version: ModelVersion, user: User) -> CandidatePage:
    evidence = evidence_of(version)
    appraisal: Found = evidence.appraisal if evidence else {}
    return CandidatePage(
        version=version,
        evidence=evidence,
        champion=evidence.compared_with if evidence else None,
        requester=who(version.requested_by),
        standing=standing_of(user, version),
        may_promote=may_promote(user, version),
        decisions=list(version.decisions.select_related("by")),
        verdict=verdict_of(evidence.verdict if evidence else {}),
        judged_on=_judged_on(appraisal),
        figures=rows_of(appraisal or {"candidate": {"figures": version.metrics}}),
        plots=plots_of(appraisal),
        groups=groups_of(appraisal),
        burden=burden_of(appraisal),
        drift=drift_of(appraisal, definition=version.feature_schema.definition),
        lineage=facts_of(version, evidence.lineage if evidence else {}),
        card=evidence.card if evidence else {},
    )


def _judged_on(appraisal: Found) -> str:
    if not appraisal.get("rows"):
        return ""
    return (
        f"{appraisal['rows']:,} held-out encounters of {appraisal['patients']:,} patients, of which"
        f" {appraisal['readmitted']:,} came back within 30 days; no figure was learned from them."
    )
