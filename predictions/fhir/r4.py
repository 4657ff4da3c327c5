"""FHIR's own rules for the shape of resources. Its library is large: each type is loaded when the first resource comes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError

from predictions.fhir.caller import Resource
from predictions.fhir.outcomes import Issue, ResourcesRefusedError, refused

TAKEN = ("Patient", "Encounter", "Condition", "MedicationRequest", "Observation", "Procedure")
READABLE = (
    *TAKEN,
    "Bundle",
    "MessageHeader",
    "RiskAssessment",
    "Device",
    "Task",
    "AuditEvent",
    "Provenance",
    "OperationOutcome",
)
_MOST_ISSUES = 20
_TYPES = {"missing": "required", "extra_forbidden": "structure"}


def checked(resource: Any, *, place: str, types: tuple[str, ...] = TAKEN) -> Resource:
    """The resource without its narratives, or a refusal that names every element at fault."""
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        msg = "A resource is an object with a resourceType."
        raise refused(msg, place, kind="structure")
    name = resource["resourceType"]
    if name not in types:
        msg = f"Resources of this type are not taken here; taken are {', '.join(types)}."
        raise refused(msg, place, kind="not-supported")
    try:
        _model(name).model_validate(resource)
    except ValidationError as error:
        issues = [_issue(fault, place) for fault in error.errors(include_url=False, include_input=False)[:_MOST_ISSUES]]
        raise ResourcesRefusedError(issues) from None
    except (ValueError, TypeError, AttributeError, OverflowError):
        msg = "The resource does not have the shape of its type."
        raise refused(msg, place, kind="structure") from None
    return without_narrative(resource)


def without_narrative(resource: Mapping[str, Any]) -> Resource:
    """Text that a browser could run is not kept, of the resource or of what it contains."""
    told = {name: value for name, value in resource.items() if name != "text"}
    if isinstance(told.get("contained"), list):
        told["contained"] = [without_narrative(part) if isinstance(part, dict) else part for part in told["contained"]]
    return told


@cache
def _model(name: str) -> type[BaseModel]:
    module = import_module(f"fhir.resources.R4B.{name.lower()}")
    model: type[BaseModel] = getattr(module, name)
    return model


def _issue(fault: Any, place: str) -> Issue:
    """The element by its path. Its name may be the sender's own: cut, and without what no answer can carry."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{str(step)[:40]}" for step in fault["loc"])
    path = f"{place}{steps}".encode(errors="replace").decode()
    message = (
        str(fault["msg"]).removeprefix("Value error, ")[:200] if fault["type"] in _TYPES else "The value is not allowed here."
    )
    return Issue(message, path, _TYPES.get(fault["type"], "value"))
