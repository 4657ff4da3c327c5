"""What of a validation the leak bench is shown."""

from __future__ import annotations

from collections.abc import Mapping

from clinical.models.outcome import Readmission
from mlops.datasets import Dataset, Part, Protocol
from mlops.leaks.bench import Run, SourceRows, examine
from mlops.leaks.split import Side
from mlops.leaks.verdict import Verdict
from mlops.validation.source import LABEL, SourceFile
from predictions.features import build, schema


def examined(file: SourceFile, dataset: Dataset, aucs: Mapping[str, float]) -> list[Verdict]:
    """The verdicts on the real run."""
    eligible = file.eligible(dataset.protocol)
    rows = SourceRows(
        table=eligible,
        label=LABEL,
        never=str(Readmission.NONE),
        neutral=str(Readmission.LATER),
        readmitted=(eligible[LABEL] == str(Readmission.WITHIN_30_DAYS)).to_numpy(),
        build=lambda table: build(table.drop(LABEL)),
    )
    return examine(
        Run(
            names=schema.names(),
            training=_side(dataset.training),
            held_out=_side(dataset.held_out),
            split_by_patient=dataset.protocol is Protocol.BY_PATIENT,
            source=rows,
            aucs=aucs,
        )
    )


def _side(part: Part) -> Side:
    return Side(part.matrix, part.readmitted, part.patients, part.table["encounter_id"].to_numpy())
