"""Bundles: a transaction is taken whole or not at all, a batch entry by entry, a message as one and answered by one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from clinical.errors import ClinicalError
from predictions.fhir import r4
from predictions.fhir.caller import Caller, Resource
from predictions.fhir.outcomes import Issue, issues_of, operation_outcome, refused
from predictions.fhir.taking.incoming import all_of, entries_of, of_entry
from predictions.fhir.taking.taking import Taken, take
from predictions.fhir.telling.coded import instant

MESSAGE = "message"


def answered(bundle: Any, *, caller: Caller) -> Resource:
    """For the address of the server itself."""
    entries = entries_of(bundle, types=("transaction", "batch"))
    if bundle["type"] == "transaction":
        told = [_entry(taken, caller) for taken in take(all_of(bundle), caller=caller)]
    else:
        told = [_one_by_one(entry, number, caller) for number, entry in enumerate(entries)]
    return {"resourceType": "Bundle", "type": f"{bundle['type']}-response", "entry": told}


def message_answered(bundle: Any, *, caller: Caller) -> Resource:
    """The header names what happened; what is done follows from the resources themselves."""
    entries = entries_of(bundle, types=(MESSAGE,))
    header = entries[0].get("resource")
    if not isinstance(header, dict) or header.get("resourceType") != "MessageHeader":
        message = "The first entry of a message is its header."
        raise refused(message, "Bundle.entry[0].resource", kind="structure")
    r4.checked(header, place="Bundle.entry[0].resource", types=("MessageHeader",))
    taken = take(all_of(bundle), caller=caller)
    answer_id, outcome_id = str(uuid.uuid4()), str(uuid.uuid4())
    issues = [issue for one in taken for issue in _words_about(one)]
    told = {"resourceType": "MessageHeader", "id": answer_id, "source": {"endpoint": caller.base}}
    told |= {name: header[name] for name in ("eventCoding", "eventUri") if name in header}
    told["response"] = {
        "identifier": str(header.get("id", "unknown")), "code": "ok", "details": {"reference": f"urn:uuid:{outcome_id}"},
    }  # fmt: skip
    return {
        "resourceType": "Bundle",
        "type": MESSAGE,
        "timestamp": instant(timezone.now()),
        "entry": [
            {"fullUrl": f"urn:uuid:{answer_id}", "resource": told},
            {"fullUrl": f"urn:uuid:{outcome_id}", "resource": {**operation_outcome(_or_fine(issues)), "id": outcome_id}},
        ],
    }


def issues_about(taken: Taken) -> list[Issue]:
    """What the sender should know: the score or why there is none, and what could not be used."""
    return _or_fine(_words_about(taken))


def as_kept(taken: Taken) -> Resource:
    """The resource under the sender's own id, with its version."""
    row = taken.kept.row
    version = (
        f"{taken.stay.encounter.version}.{row.version}" if row.resource_type == "Encounter" and taken.stay else row.version
    )
    meta = {**row.body.get("meta", {}), "versionId": str(version), "lastUpdated": instant(row.received_at)}
    return {**row.body, "id": row.sent_id, "meta": meta}


def _entry(taken: Taken, caller: Caller) -> dict[str, Any]:
    resource = as_kept(taken)
    return {
        "fullUrl": caller.address_of(resource),
        "response": {
            "status": "201 Created" if taken.kept.is_new else "200 OK",
            "location": f"{resource['resourceType']}/{resource['id']}",
            "etag": f'W/"{resource["meta"]["versionId"]}"',
            "lastModified": resource["meta"]["lastUpdated"],
            "outcome": operation_outcome(issues_about(taken)),
        },
    }


def _one_by_one(entry: Mapping[str, Any], number: int, caller: Caller) -> dict[str, Any]:
    """An entry on its own: what is wrong with it is no matter of the others."""
    try:
        (taken,) = take([of_entry(entry, number)], caller=caller)
    except ClinicalError as error:
        status, issues = issues_of(error)
        return {"response": {"status": f"{status} Refused", "outcome": operation_outcome(issues)}}
    return _entry(taken, caller)


def _words_about(taken: Taken) -> list[Issue]:
    issues = list(dict.fromkeys(taken.remarks))
    stay = taken.stay
    if stay is None or taken.kept.row.resource_type != "Encounter":
        return issues
    if stay.prediction is not None:
        issues.append(_word(f"Scored: RiskAssessment/{stay.prediction.public_id}"))
    elif stay.not_scored is not None:
        issues.append(Issue(f"Not scored: {stay.not_scored}", "", "incomplete", "warning"))
    elif stay.waits:
        issues.append(_word("Stored; the score follows."))
    return issues


def _or_fine(issues: Sequence[Issue]) -> list[Issue]:
    return list(issues) or [_word("All is well.")]


def _word(message: str) -> Issue:
    return Issue(message, "", "informational", "information")
