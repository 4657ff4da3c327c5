"""What an EHR can ask for: one service at two moments, so that the card of the discharge takes the place of the chart's.

Both hooks bear the same id on purpose. The specification has a client drop the cards of an id when the id answers again for
another hook; with two ids, yesterday's advice would stand beside today's.
"""

from __future__ import annotations

from typing import Any

SERVICE_ID = "readmission-30d"
PATIENT_VIEW, ENCOUNTER_DISCHARGE = "patient-view", "encounter-discharge"
HOOKS = (PATIENT_VIEW, ENCOUNTER_DISCHARGE)
# reads by id and searches by reference, with _count and _sort and nothing else: what every client can do
_OF_THE_STAY = "encounter={{context.encounterId}}"
_OF_THE_PATIENT = "patient={{context.patientId}}"
PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    "encounter": "Encounter/{{context.encounterId}}",
    "conditions": f"Condition?{_OF_THE_PATIENT}&{_OF_THE_STAY}",
    "medications": f"MedicationRequest?{_OF_THE_PATIENT}&{_OF_THE_STAY}",
    "laboratory": f"Observation?{_OF_THE_PATIENT}&{_OF_THE_STAY}&category=laboratory",
    "procedures": f"Procedure?{_OF_THE_PATIENT}&{_OF_THE_STAY}",
    "encounters": f"Encounter?{_OF_THE_PATIENT}&_sort=-date&_count=100",
}
_TITLES = {
    PATIENT_VIEW: "Readmission risk on opening a chart",
    ENCOUNTER_DISCHARGE: "Readmission risk at discharge",
}
_MOMENTS = {
    PATIENT_VIEW: "when the chart of an inpatient is opened",
    ENCOUNTER_DISCHARGE: "while the discharge is prepared",
}


def services() -> list[dict[str, Any]]:
    """One entry for each hook."""
    return [
        {
            "hook": hook,
            "id": SERVICE_ID,
            "title": _TITLES[hook],
            "description": (
                "Tells, for an inpatient with diabetes, how many of 100 patients like this one are back in hospital within "
                f"30 days of going home, and why, {_MOMENTS[hook]}. No card where the risk is low."
            ),
            "prefetch": PREFETCH,
            "usageRequirements": (
                "Stays that were reported beforehand (ADT, FHIR, REST or a file) need no prefetch. A stay that is not known "
                "needs the prefetch; this service never calls the client's FHIR server."
            ),
        }
        for hook in HOOKS
    ]
