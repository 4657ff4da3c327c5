"""From what was sent to what the verbs take; a body of another shape is refused with every fault named."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from clinical.errors import FactsRefusedError, Fault
from clinical.intake import facts
from clinical.models import Encounter
from predictions.api.shapes.base import Asked
from predictions.api.shapes.facts import Attributes, EncounterCorrection, EncounterFacts

Shape = TypeVar("Shape", bound=Asked)
OF_THE_PATIENT = frozenset({"medical_record_number", "family_name", "given_name", "birth_date"})
LONGEST_NAME = 64
_ATTRIBUTES = frozenset(Attributes.model_fields)
# columns whose empty text says what null says in JSON
_TEXTS = frozenset({
    "race", "weight_band", "payer_code", "medical_specialty", "diagnosis_1", "diagnosis_2", "diagnosis_3",
    "max_glucose_serum", "a1c_result",
})  # fmt: skip
# left out, these follow from other facts
_DERIVED = frozenset({"length_of_stay_days", "any_drug_changed", "on_diabetes_medication"})


class ShapeRefusedError(FactsRefusedError):
    """The request does not have the shape that the schema tells; nothing was stored."""

    code = "shape_refused"


def asked(shape: type[Shape], body: object) -> Shape:
    """The body as the shape, or a refusal that names every member at fault and repeats no value."""
    try:
        return shape.model_validate(body)
    except ValidationError as refused:
        errors = refused.errors(include_url=False, include_context=False, include_input=False)
        raise ShapeRefusedError([_fault(error) for error in errors]) from None


def report_of(sent: EncounterFacts) -> facts.StayReport:
    """A stay as it was sent. What was left out was not told."""
    return facts.StayReport(
        patient=facts.PatientFacts(**sent.patient.model_dump()),
        visit_number=sent.visit_number,
        unit=sent.unit,
        admitted_at=sent.admitted_at,
        discharged_at=sent.discharged_at,
        attributes=_attributes(sent, sent.model_fields_set & _ATTRIBUTES),
    )


def whole_report_of(sent: EncounterFacts) -> facts.StayReport:
    """The same, where what was left out is no longer known."""
    left_out = _ATTRIBUTES - sent.model_fields_set - _DERIVED
    report = report_of(sent)
    return facts.StayReport(**{**vars(report), "attributes": {**report.attributes, **_attributes(sent, left_out)}})


def corrected_report_of(sent: EncounterCorrection, *, kept: Encounter) -> facts.StayReport:
    """What is kept, with the corrections; `kept` with its patient and unit."""
    person = {name: getattr(kept.patient, name) for name in ("family_name", "given_name", "birth_date", "sex")}
    told = sent.patient.model_dump(exclude_none=True) if sent.patient else {}
    return facts.StayReport(
        patient=facts.PatientFacts(medical_record_number=kept.patient.medical_record_number, **{**person, **told}),
        visit_number=kept.source_id,
        unit=sent.unit or kept.unit.code,
        admitted_at=sent.admitted_at,
        discharged_at=sent.discharged_at,
        attributes=_attributes(sent, sent.model_fields_set & _ATTRIBUTES),
    )


def where_it_was_sent(refused: FactsRefusedError) -> FactsRefusedError:
    """The faults of facts under the names that they have in a body."""
    faults = [Fault(_sent_as(fault.field), fault.message) for fault in refused.faults]
    return type(refused)(faults)


def _attributes(sent: Attributes, names: frozenset[str] | set[str]) -> dict[str, Any]:
    told = {name: getattr(sent, name) for name in names}
    return {name: "" if value is None and name in _TEXTS else value for name, value in told.items()}


def _sent_as(field: str) -> str:
    return f"patient.{field}" if field in {*OF_THE_PATIENT, "sex"} else field


def _fault(error: ErrorDetails) -> Fault:
    """Names may be of the sender's making: cut, and without what no answer can carry."""
    parts = [str(part)[:LONGEST_NAME] for part in error["loc"] if part != "[key]"]
    name = ".".join(parts).encode(errors="replace").decode()
    if error["type"] == "missing":
        return Fault(name, "is needed")
    if error["type"] in {"model_type", "dict_type"}:
        return Fault(name or "body", "must be an object")
    if error["type"] == "extra_forbidden":
        return Fault(name, "is not known here")
    return Fault(name or "body", _message(error["msg"]))


def _message(message: str) -> str:
    plain = message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
    return plain.replace("should", "must", 1)
