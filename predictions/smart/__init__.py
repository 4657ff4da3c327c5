"""SMART on FHIR, launched by an EHR: its user comes in with a patient in hand, and lands on that patient's encounter."""
