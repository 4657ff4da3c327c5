"""The CapabilityStatement, made from the same tables that answer: what is not there cannot be listed."""

from __future__ import annotations

from typing import Any

from predictions.fhir.caller import Resource, fold
from predictions.fhir.names import CONTENT_TYPE, VERSION
from predictions.fhir.searching.kinds import Kind
from predictions.fhir.searching.known import KINDS
from predictions.fhir.telling.risk import PERCENT_SAID

DATE = "2026-11-24"
SAYS = (
    "Facts of hospital stays come in, estimates of the risk of readmission within 30 days go out. "
    f"{PERCENT_SAID} JSON only. No narrative is kept, and no reference is ever fetched. Nothing is deleted: a resource is "
    "sent again as entered-in-error. Every address but this one and .well-known/smart-configuration needs a token with the "
    "scope of its type (system/Patient.rs, system/Encounter.c, system/Encounter.u, system/Bundle.c), and reaches the wards "
    "of that scope."
)
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def statement(base: str) -> Resource:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "Wardlight"},
        "implementation": {"description": "Wardlight", "url": base},
        "fhirVersion": VERSION,
        "format": [CONTENT_TYPE, "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": SAYS,
                "security": {"service": [{"coding": [{"system": _SECURITY, "code": "SMART-on-FHIR"}]}]},
                "resource": [_resource(kind) for kind in KINDS.values()],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [
                    {"name": "process-message", "definition": "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"}
                ],
            }
        ],
    }  # fmt: skip


def _resource(kind: Kind) -> dict[str, Any]:
    interactions = ["read", "search-type", *(["create", "update"] if kind.writable else [])]
    needs = f" A search needs one of: {', '.join(kind.needs_one_of)}." if kind.needs_one_of else ""
    return fold({
        "type": kind.name,
        "documentation": f"{kind.says}{needs}".strip(),
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned-update" if kind.writable else "versioned",
        "readHistory": False,
        "updateCreate": kind.writable,
        "searchInclude": list(kind.includes),
        "searchParam": [fold({"name": name, "type": type_, "documentation": says}) for name, type_, says in kind.searched_by],
    })  # fmt: skip
