"""Searching: parameters of FHIR's types, strictly read, and pages of what is found."""
