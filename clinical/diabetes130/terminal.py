"""What the cohort commands show while they work and say at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Self

from tqdm import tqdm

from clinical.diabetes130.loading import LoadReport
from clinical.models.patient import Provenance

REFUSALS_SHOWN = 20
# where each stage stands on the one bar, from its measured share of the time
_STAGES = {
    "dating and naming": (21, 27), "copying": (27, 36), "storing patients": (36, 51), "storing encounters": (51, 78),
    "storing outcomes": (78, 100), "stored": (100, 100),
}  # fmt: skip
_READING_ENDS = 21


class ProgressBar:
    """One bar over all stages; silent where nobody watches."""

    def __init__(self) -> None:
        # the process's own stream: a command's self.stderr would colour every step and end it with a new line
        layout = "{desc:<20} {percentage:3.0f} % |{bar}| {elapsed}"
        self.bar = tqdm(total=100, file=sys.stderr, disable=None, leave=False, bar_format=layout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.bar.close()

    def reading(self, share: float) -> None:
        self._show("reading", share * _READING_ENDS)

    def storing(self, stage: str, share: float) -> None:
        start, end = _STAGES[stage]
        self._show(stage, start + share * (end - start) if stage == "copying" else start)

    def _show(self, stage: str, percent: float) -> None:
        self.bar.set_description_str(stage, refresh=False)
        self.bar.update(percent - self.bar.n)


def lines_of(report: LoadReport) -> Iterator[str]:
    """The report in words."""
    if report.provenance is Provenance.SYNTHETIC:
        yield "This cohort is synthetic: no row of it tells of a real stay."
    yield (
        f"{report.rows_read:,} rows read, {report.stored.encounters:,} encounters of {report.stored.patients:,} patients"
        f" stored, {report.already_there:,} already there, {report.rows_refused:,} refused."
    )
    yield f"Dates are simulated as of {report.as_of}; names, record numbers and birth dates are fictitious."
    if report.age_bands_in_conflict:
        yield f"{report.age_bands_in_conflict:,} patients have age bands that no birth date fits; theirs fits the latest stay."
    ward = ", ".join(f"{name} {count}" for name, count in report.on_the_ward.items())
    yield f"On the ward now: {ward or 'nobody'}."
