"""A stay that nobody reported before, from what the EHR sent along: kept like any report, or refused with what is missing."""

from __future__ import annotations

from collections.abc import Collection

from clinical.models import CareUnit, Encounter, User
from predictions.cds.errors import DataNotObtainedError
from predictions.cds.requests import HookCall

NEEDED = ("patient", "encounter")


def stay_from_prefetch(call: HookCall, *, client: User, units: Collection[CareUnit]) -> Encounter | None:
    """The stay, recorded and scored; None where the encounter is no inpatient stay."""
    lacking = [key for key in NEEDED if key not in call.prefetch]
    if lacking:
        raise DataNotObtainedError(_lacks(lacking, call.failed))
    raise DataNotObtainedError


def _lacks(lacking: list[str], failed: tuple[str, ...]) -> str:
    tried = f" The client reports that it could not fetch: {', '.join(failed)}." if failed else ""
    return (
        f"The stay is not on record, and the prefetch lacks {' and '.join(lacking)}.{tried} "
        "This service calls no FHIR server: report the stay beforehand or send the prefetch."
    )
