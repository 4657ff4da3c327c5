"""Resources are kept as they came, each once: by the sender's id, by its identifier, or by all that it says."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass

from django.utils import timezone

from clinical.models import CareUnit, Encounter, ReceivedResource
from predictions.fhir import received
from predictions.fhir.caller import Caller, Resource, uuid_or_none
from predictions.fhir.outcomes import Issue, refused
from predictions.fhir.searching import known
from predictions.fhir.taking import facts
from predictions.fhir.taking.incoming import Incoming
from predictions.fhir.telling.coded import reference
from predictions.fhir.telling.encounters import encounter as encounter_as_known
from predictions.fhir.telling.patients import patient as patient_as_known

STALE = Issue("Something newer is known already; nothing was changed.", "", "informational", "information")
WITH_STAY = ("Condition", "MedicationRequest", "Observation", "Procedure")


@dataclass
class Kept:
    """One resource in its row. `of_person` and `of_stay` are the ids of what it refers to, as the sender knows them."""

    incoming: Incoming
    row: ReceivedResource
    is_new: bool
    changed: bool


class Shelf:
    """What this call sent and what is known already, under every name by which a resource may refer to it."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.kept: list[Kept] = []
        self._by_name: dict[str, Kept] = {}

    def keep(self, one: Incoming) -> Kept:
        """In the order patients, stays, the rest: what it refers to is kept already, or was before."""
        self._point_to_what_is_known(one)
        row, is_new = self._row(one)
        kept = Kept(one, row, is_new, changed=False)
        if not is_new and _is_past(one.resource, row.body):
            one.remarks.append(STALE)
        elif is_new or _said(row.body) != _said(one.resource):
            _must_be_seen(one, row, is_new=is_new)
            kept.changed = True
            row.version += 0 if is_new else 1
            row.body, row.is_in_error, row.received_at = one.resource, facts.is_in_error(one.resource), timezone.now()
            row.save()
        self.kept.append(kept)
        for name in {*_names(one), f"{one.type}/{row.sent_id}", f"{one.type}/{row.public_id}"}:
            self._by_name[name] = kept
        return kept

    def person(self, address: str) -> Resource | None:
        """The patient that a reference means: sent before, or known from elsewhere."""
        row = self._find("Patient", address)
        if row is not None:
            return {**row.body, "id": row.sent_id}
        number = uuid_or_none(address.removeprefix("Patient/"))
        known_person = known.people(self.caller).filter(public_id=number).first() if number else None
        return patient_as_known(known_person) if known_person else None

    def stay(self, address: str) -> tuple[ReceivedResource | None, Encounter | None]:
        """The row in which a stay was sent, or the stay that is known from elsewhere."""
        row = self._find("Encounter", address)
        if row is not None:
            return row, row.encounter
        number = uuid_or_none(address.removeprefix("Encounter/"))
        return None, known.stays(self.caller).filter(public_id=number).first() if number else None

    def _find(self, name: str, address: str) -> ReceivedResource | None:
        there = self._by_name.get(address)
        if there is not None:
            return there.row if there.incoming.type == name else None
        if not address.startswith(f"{name}/"):
            return None
        return received.named(known.kept_as(name)(self.caller), self.caller, address.removeprefix(f"{name}/"))

    def _point_to_what_is_known(self, one: Incoming) -> None:
        """References to what came along become those to what is kept; any other must be known already."""
        self._point(one, "subject", "Patient", is_needed=one.type != "Patient")
        if one.type in WITH_STAY:
            self._point(one, "encounter", "Encounter", is_needed=False)

    def _point(self, one: Incoming, name: str, target: str, *, is_needed: bool) -> None:
        address = str((one.resource.get(name) or {}).get("reference", ""))
        if not address and not is_needed:
            return
        there = self._by_name.get(address)
        if there is not None and there.incoming.type == target:
            one.resource = {**one.resource, name: {**one.resource[name], **reference(target, there.row.sent_id)}}
        elif there is not None or not self._is_known(target, address):
            message = f"This is no {target} that is known, or that came along. References are never fetched."
            raise refused(message, f"{one.place}.{name}.reference", kind="not-found")

    def _is_known(self, target: str, address: str) -> bool:
        if target == "Patient":
            return self.person(address) is not None
        return any(found is not None for found in self.stay(address))

    def _row(self, one: Incoming) -> tuple[ReceivedResource, bool]:
        mine = ReceivedResource.objects.select_related("encounter", "patient")
        mine = mine.filter(client=self.caller.user, resource_type=one.type)
        sameness = _sameness(one.resource)
        row = mine.filter(sent_id=one.sent_id).first() if one.sent_id else mine.filter(sameness=sameness).first()
        about = str((one.resource.get("subject") or {}).get("reference", "")).removeprefix("Patient/")
        if row is not None:
            row.about, row.sameness = about, sameness
            return row, False
        public_id = uuid.uuid4()
        return (
            ReceivedResource(
                public_id=public_id, client=self.caller.user, resource_type=one.type, sent_id=one.sent_id or str(public_id),
                sameness=sameness, unit=_unit(one, self.caller), about=about, body={},
            ),
            True,
        )  # fmt: skip


def known_encounter(stay: Encounter) -> Resource:
    """A stay that was told of elsewhere; only who, where and when, so that nothing else is told of it anew."""
    told = encounter_as_known(stay)
    return {name: value for name, value in told.items() if name not in {"extension", "diagnosis"}}


def _unit(one: Incoming, caller: Caller) -> CareUnit:
    """The ward under which a resource without a stay is kept; with one, the stay's ward decides who sees it."""
    told = facts.unit_of(one.resource) if one.type == "Encounter" else _organization(one.resource)
    found = next((unit for unit in caller.units if unit.code == told), None)
    if found is None and len(caller.units) > 1 and one.type == "Patient" and told:
        msg = "This is no ward that this sender may write to."
        raise refused(msg, f"{one.place}.managingOrganization.identifier.value")
    return found or caller.units[0]


def _organization(resource: Resource) -> str:
    return str(resource.get("managingOrganization", {}).get("identifier", {}).get("value", ""))


def _names(one: Incoming) -> set[str]:
    names = {one.full_url, f"{one.type}/{one.sent_id}" if one.sent_id else ""}
    return {name for name in names if name}


def _said(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name not in {"id", "meta"}}


def _sameness(resource: Resource) -> str:
    parts = [part for part in resource.get("identifier", []) if part.get("value")]
    what = [parts[0].get("system", ""), parts[0]["value"]] if parts else _said(resource)
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _is_past(resource: Resource, before: Resource) -> bool:
    told, known_at = facts.told_at(resource), facts.told_at(before)
    return told is not None and known_at is not None and told < known_at


def _must_be_seen(one: Incoming, row: ReceivedResource, *, is_new: bool) -> None:
    """If-Match: the version that the sender has read last."""
    if not one.if_match:
        return
    version = one.if_match.removeprefix("W/").strip('"').rpartition(".")[2]
    if is_new or version != str(row.version):
        msg = "Somebody else changed it meanwhile: read it again."
        raise refused(msg, one.place, kind="conflict", status=412)
