"""The answer to one call: the stay, its newest score, a card where there is something to tell, and the row that remembers it.

The same call again, by its hookInstance, is answered with the same card. A stay that waits for its score is scored here; one
that cannot be scored gets a card that says so, because silence would read as low risk.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.utils import timezone

from clinical import audit
from clinical.access import scope_of_units
from clinical.models import CareUnit, Encounter, User
from predictions.cds import cards, stays
from predictions.cds.cards import SILENT_BANDS, Addresses
from predictions.cds.discovery import SERVICE_ID
from predictions.cds.prefetch import stay_from_prefetch
from predictions.cds.requests import HookCall
from predictions.encounter_page import told
from predictions.errors import PredictionError
from predictions.models import CdsCard, WorklistEntry
from predictions.scoring import score

Cards = list[dict[str, Any]]
ENTERED_IN_ERROR = "This stay was entered in error."
NOT_IN_THE_QUEUE = "It has not reached the scoring queue yet."


def answer(*, call: HookCall, client: User, units: Collection[CareUnit], addresses: Addresses) -> Cards:
    """The cards for one call; DataNotObtainedError where neither the record nor the prefetch tells of the stay."""
    with scope_of_units(units):
        stay = stays.known_stay(call)
        if stay is not None and not _waits(stay):
            return _answer(stay, call, client, addresses)
        is_nobody_here = stay is None and not call.encounter_id and stays.is_known_patient(call)
    if is_nobody_here:
        return []  # a patient we know, who is not an inpatient and was none in the past 30 days
    if stay is None:
        stay = stay_from_prefetch(call, client=client, units=units)
    else:
        _try_to_score(stay)
    if stay is None:
        return []  # the prefetch says that this is no inpatient stay
    with scope_of_units(units):
        return _answer(stays.read_again(stay), call, client, addresses)


def _waits(stay: Encounter) -> bool:
    entry = _entry(stay)
    return not stay.is_entered_in_error and (entry is None or entry.waits_for_score)


def _entry(stay: Encounter) -> WorklistEntry | None:
    return getattr(stay, "worklist_entry", None)


def _try_to_score(stay: Encounter) -> None:
    try:
        score(stay)
    except PredictionError:
        return  # the reason now stands beside the stay, and on the card


def _answer(stay: Encounter, call: HookCall, client: User, addresses: Addresses) -> Cards:
    """Inside the client's scope: the card, its row and the audit row, or the audit row alone."""
    entry = _entry(stay)
    prediction = entry.prediction if entry and not stay.is_entered_in_error else None
    shown: Cards = []
    if prediction is None or prediction.band not in SILENT_BANDS:
        row = _kept(stay, call, client)
        risk = told(prediction) if prediction else None
        shown = [cards.as_json(row, risk, call=call, addresses=_for_stay(addresses, stay))]
    detail = {"hook": call.hook, "hook_instance": call.hook_instance, "cards": [card["uuid"] for card in shown]}
    detail["prediction"] = prediction.public_id if prediction else None
    audit.record(
        actor=client, verb="cds.answered", subject_type="encounter", subject_id=stay.public_id, detail=detail
    )  # fmt: skip
    return shown


def _kept(stay: Encounter, call: HookCall, client: User) -> CdsCard:
    entry = _entry(stay)
    prediction = entry.prediction if entry and not stay.is_entered_in_error else None
    reason = "" if prediction else _reason(stay, entry)
    of_this_call = f"{client.public_id}:{SERVICE_ID}:{call.hook}:{call.hook_instance}:{stay.public_id}"
    number = uuid.uuid5(stay.public_id, f"{of_this_call}:{prediction.public_id if prediction else reason}")
    already = set(stay.follow_ups.values_list("kind", flat=True))
    row, _is_new = CdsCard.objects.get_or_create(
        uuid=number,
        defaults={
            "encounter": stay,
            "prediction": prediction,
            "not_scored_reason": reason,
            "client": client,
            "service": SERVICE_ID,
            "hook": call.hook,
            "hook_instance": call.hook_instance,
            "shown_to": call.user,
            "indicator": cards.indicator_of(prediction.band if prediction else ""),
            "suggested": cards.offered(already) if prediction else [],
            "shown_at": timezone.now(),
        },
    )
    return row


def _reason(stay: Encounter, entry: WorklistEntry | None) -> str:
    if stay.is_entered_in_error:
        return ENTERED_IN_ERROR
    return entry.not_scored_reason if entry else NOT_IN_THE_QUEUE


def _for_stay(addresses: Addresses, stay: Encounter) -> Addresses:
    return replace(addresses, encounter=addresses.encounter.format(encounter=stay.public_id))
