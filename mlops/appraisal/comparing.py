"""Whether a comparison with the champion is fair: it must not have learned from the patients that both are judged on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.datasets import Dataset, Protocol

NOT_ALIKE = (
    "the champion was made from other data, by another protocol or seed, and may have learned from patients that it is judged"
    " on here: its figures may be too good"
)


def caution_about(learned_from: Mapping[str, Any], dataset: Dataset) -> str:
    """`learned_from` is what the register says of the champion's data. Empty where the comparison is fair.

    Only under protocol T do the same patients stay held out from one run to the next.
    """
    same_split = all(
        learned_from.get(name) == value
        for name, value in (("protocol", Protocol.BY_PATIENT_AND_TIME.value), ("seed", dataset.seed))
    )
    same_patients = dataset.composition.get("provenance") == (learned_from.get("composition") or {}).get("provenance")
    same_numbers = (learned_from.get("source") == "file") == (dataset.source.value == "file")
    is_fair = same_split and same_patients and same_numbers and dataset.protocol is Protocol.BY_PATIENT_AND_TIME
    # one and the same data set, split the same way
    is_same = dataset.sha256 == learned_from.get("sha256") and (dataset.protocol.value, dataset.seed) == (
        learned_from.get("protocol"), learned_from.get("seed"),
    )  # fmt: skip
    return "" if is_fair or is_same else NOT_ALIKE
