"""FHIR R4: what is known as resources, and resources taken in as facts. Every refusal is an OperationOutcome."""
