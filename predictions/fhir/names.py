"""The systems, codes and addresses that our resources bear. An address here is a name: nothing is ever fetched from it."""

from __future__ import annotations

VERSION = "4.0.1"
CONTENT_TYPE = "application/fhir+json"
NDJSON = "application/fhir+ndjson"

OURS = "urn:wardlight"
FACT = f"{OURS}:fact:"  # an extension of Encounter: one attribute of a stay by its own name
VISIT_NUMBER, RECORD_NUMBER, UNIT = f"{OURS}:visit-number", f"{OURS}:medical-record-number", f"{OURS}:unit"
PREDICTION, MODEL, FOLLOW_UP, ATTRIBUTE = f"{OURS}:prediction", f"{OURS}:model", f"{OURS}:follow-up", f"{OURS}:attribute"
METHOD = f"{OURS}:method"
METHOD_CODE = "readmission-30d"

IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
RISK_PROBABILITY = "http://terminology.hl7.org/CodeSystem/risk-probability"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
DATA_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
AUDIT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"
ICD9_CM, ICD10_CM = "http://hl7.org/fhir/sid/icd-9-cm", "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
US_RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
RISK_ASSESSMENT_CODE = "709510001"
