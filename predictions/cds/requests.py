"""A call of the EHR, read strictly: every fault at once, by the place in the call, and nothing kept that is not needed.

The access token for the client's FHIR server is checked for its form and then forgotten; it is never used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from clinical.errors import Fault
from predictions.cds.discovery import ENCOUNTER_DISCHARGE, HOOKS, PREFETCH
from predictions.cds.errors import CallRefusedError

BARE_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
USER_REFERENCE = re.compile(r"(Practitioner|PractitionerRole|Patient|RelatedPerson)/[A-Za-z0-9\-.]{1,64}")
STAFF = ("Practitioner/", "PractitionerRole/")
LONGEST_ADDRESS = 2048


@dataclass(frozen=True)
class HookCall:
    """What one call says."""

    hook: str
    hook_instance: UUID
    user: str
    patient_id: str
    encounter_id: str
    prefetch: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failed: tuple[str, ...] = ()  # keys for which the client sent an OperationOutcome and no data


class Faults:
    """What was found wrong so far; each reader adds to it and goes on."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, place: str, message: str) -> None:
        self.found.append(Fault(place, message))

    def text(self, owner: Mapping[str, Any], name: str, place: str, *, form: re.Pattern[str] | None, says: str) -> str:
        """A text of one form, or nothing and a fault."""
        value = owner.get(name)
        if isinstance(value, str) and value and (form is None or form.fullmatch(value)):
            return value
        self.add(place, says if name in owner else f"is needed; {says}")
        return ""

    def uuid(self, owner: Mapping[str, Any], name: str, place: str) -> UUID | None:
        try:
            return UUID(self.text(owner, name, place, form=_UUID, says="must be a UUID"))
        except ValueError:
            return None

    def members(self, owner: Mapping[str, Any], name: str, place: str, *, needed: bool) -> Mapping[str, Any]:
        """An object; where it may be left out, an empty one."""
        value = owner.get(name)
        if isinstance(value, dict):
            return value
        if needed or name in owner:
            self.add(place, "must be an object")
        return {}


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_call(body: object) -> HookCall:
    """The call, or CallRefusedError with everything that is wrong with it. Members that are not known are passed over."""
    if not isinstance(body, dict):
        raise CallRefusedError([Fault("", "must be an object")])
    faults = Faults()
    hook = faults.text(body, "hook", "hook", form=re.compile("|".join(HOOKS)), says=f"must be {' or '.join(HOOKS)}")
    instance = faults.uuid(body, "hookInstance", "hookInstance")
    user, patient_id, encounter_id = _read_context(faults, body, hook)
    _check_fhir_access(faults, body)
    prefetch, failed = _read_prefetch(faults, body)
    for key, wanted in (("patient", patient_id), ("encounter", encounter_id)):
        if wanted and prefetch.get(key, {}).get("id", wanted) != wanted:
            faults.add(f"prefetch.{key}.id", "is not the one of the context")
    if faults.found or instance is None:
        raise CallRefusedError(faults.found)
    return HookCall(hook, instance, user, patient_id, encounter_id, prefetch, failed)


def _read_context(faults: Faults, body: Mapping[str, Any], hook: str) -> tuple[str, str, str]:
    context = faults.members(body, "context", "context", needed=True)
    typed = "must name its type, as in Practitioner/123"
    user = faults.text(context, "userId", "context.userId", form=USER_REFERENCE, says=typed)
    if user and hook == ENCOUNTER_DISCHARGE and not user.startswith(STAFF):
        faults.add("context.userId", "must be a Practitioner or a PractitionerRole for this hook")
    bare = "must be a bare id, without Patient/ or an address before it"
    patient_id = faults.text(context, "patientId", "context.patientId", form=BARE_ID, says=bare)
    encounter_id = ""
    if hook == ENCOUNTER_DISCHARGE or "encounterId" in context:
        bare = "must be a bare id, without Encounter/ or an address before it"
        encounter_id = faults.text(context, "encounterId", "context.encounterId", form=BARE_ID, says=bare)
    return user, patient_id, encounter_id


def _check_fhir_access(faults: Faults, body: Mapping[str, Any]) -> None:
    server = body.get("fhirServer")
    if "fhirServer" in body and not _is_address(server):
        faults.add("fhirServer", "must be the address of a FHIR server")
    if "fhirAuthorization" not in body:
        return
    if "fhirServer" not in body:
        faults.add("fhirServer", "is needed where fhirAuthorization is given")
    granted = faults.members(body, "fhirAuthorization", "fhirAuthorization", needed=True)
    for name in ("access_token", "scope", "subject"):
        faults.text(granted, name, f"fhirAuthorization.{name}", form=None, says="must be a text")
    if granted.get("token_type") != "Bearer":
        faults.add("fhirAuthorization.token_type", "must be Bearer")
    if type(granted.get("expires_in")) is not int:
        faults.add("fhirAuthorization.expires_in", "must be a whole number of seconds")


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname)


def _read_prefetch(faults: Faults, body: Mapping[str, Any]) -> tuple[dict[str, Mapping[str, Any]], tuple[str, ...]]:
    """What was fetched, and which keys the client tried and failed at; null says that there is nothing to fetch."""
    told = faults.members(body, "prefetch", "prefetch", needed=False)
    found: dict[str, Mapping[str, Any]] = {}
    failed: list[str] = []
    for key, template in PREFETCH.items():
        value = told.get(key)
        if value is None:
            continue
        if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
            faults.add(f"prefetch.{key}", "must be a FHIR resource")
        elif value["resourceType"] == "OperationOutcome" or _holds_only_outcomes(value):
            failed.append(key)
        elif value["resourceType"] != _type_of(template):
            faults.add(f"prefetch.{key}", f"must be a {_type_of(template)}")
        else:
            found[key] = value
    return found, tuple(failed)


def _type_of(template: str) -> str:
    return "Bundle" if "?" in template else template.partition("/")[0]


def _holds_only_outcomes(bundle: Mapping[str, Any]) -> bool:
    resources = resources_of(bundle)
    return bool(resources) and all(one.get("resourceType") == "OperationOutcome" for one in resources)


def resources_of(bundle: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The resources of a search's Bundle."""
    entries = bundle.get("entry")
    if not isinstance(entries, list):
        return []
    held = [entry.get("resource") for entry in entries if isinstance(entry, dict)]
    return [resource for resource in held if isinstance(resource, dict)]
