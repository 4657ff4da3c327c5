"""Links of the published schema: which answer leads to which question. Generated clients and testers follow them."""

from __future__ import annotations

from typing import Any

_STORED = ("200", "201", "202")
_OF_A_STAY = {"encounter_id": "$response.body#/encounter/id"}
_OF_A_SCORE = {"prediction_id": "$response.body#/prediction/id"}
_OF_A_JOB = {"job_id": "$response.body#/id"}
_EDIT = {**_OF_A_STAY, "header.If-Match": "$response.header.ETag"}

# operation: (statuses, {operation that it leads to: parameters})
LINKS: dict[str, tuple[tuple[str, ...], dict[str, dict[str, str]]]] = {
    "createEncounter": (
        _STORED,
        {
            "readEncounter": _OF_A_STAY,
            "correctEncounter": _EDIT,
            "replaceEncounter": _EDIT,
            "scoreEncounter": _OF_A_STAY,
            "listPredictions": _OF_A_STAY,
            "recordFollowUp": _OF_A_STAY,
            "listFollowUps": _OF_A_STAY,
            "readOutcome": _OF_A_STAY,
            "reportOutcome": _OF_A_STAY,
            "readPrediction": _OF_A_SCORE,
            "explainPrediction": _OF_A_SCORE,
            "tellPrediction": _OF_A_SCORE,
        },
    ),
    "readEncounter": (("200",), {"correctEncounter": _EDIT}),
    "listEncounters": (("200",), {"readEncounter": {"encounter_id": "$response.body#/items/0/id"}}),
    "listPredictions": (("200",), {"explainPrediction": {"prediction_id": "$response.body#/items/0/id"}}),
    "createJob": (("202",), {"readJob": _OF_A_JOB, "cancelJob": _OF_A_JOB, "readJobResult": _OF_A_JOB}),
    "listModels": (
        ("200",),
        {
            "readModel": {"model_id": "$response.body#/items/0/id"},
            "readModelCard": {"model_id": "$response.body#/items/0/id"},
        },
    ),
}


def add_links(schema: dict[str, Any]) -> None:
    for methods in schema["paths"].values():
        for operation in methods.values():
            statuses, leads_to = LINKS.get(operation["operationId"], ((), {}))
            for status in statuses:
                operation["responses"][status]["links"] = {
                    name: {"operationId": name, "parameters": parameters} for name, parameters in leads_to.items()
                }
