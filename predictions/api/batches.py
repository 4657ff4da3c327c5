"""The door for up to 1,000 stays in one request."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import telling
from predictions.api.batching import Item, take_in_all
from predictions.api.describing import IDEMPOTENCY_KEY, operation
from predictions.api.door import ApiDoor
from predictions.api.examples import A_BATCH
from predictions.api.reading import asked
from predictions.api.shapes.batches import Batch, BatchAnswer, BatchItem, ItemFault, LooseBatch

GROUP = "encounters"


class Batches(ApiDoor):
    """Many stays at once."""

    needs = {"POST": "encounter.write"}
    largest_body = 4 * 2**20  # a thousand stays with all that is known of them

    @operation(
        "createEncounters",
        "Tell of up to 1,000 stays, and have them scored and explained at once",
        {200: (BatchAnswer, "What became of each, in the order in which they were sent.")},
        group=GROUP,
        asks=Batch,
        parameters=[IDEMPOTENCY_KEY],
        examples=[A_BATCH],
    )
    def post(self, request: Request) -> Response:
        sent = asked(LooseBatch, request.data)
        items = take_in_all(sent.encounters, units=self.units, by=self.client)
        told = [told_of(item) for item in items]
        refused = sum(bool(item.faults) for item in items)
        answer = BatchAnswer.model_construct(stored=len(items) - refused, refused=refused, items=told)
        return Response(answer.as_json())


def told_of(item: Item) -> BatchItem:
    """One line of the answer; of a job's result file, too."""
    errors = [ItemFault.model_construct(field=fault.field, message=fault.message) for fault in item.faults]
    if item.stay is None:
        return BatchItem.model_construct(
            position=item.position, status=422, visit_number=item.visit_number, encounter_id=None, version=None,
            prediction=None, main_reasons=[], not_scored=None, code=item.code or None, errors=errors,
        )  # fmt: skip
    score, reasons, not_scored = telling.beside(item.stay, getattr(item.stay, "worklist_entry", None))
    waits = not_scored is not None and not_scored.will_be_tried_again
    return BatchItem.model_construct(
        position=item.position, status=202 if waits else 201 if item.is_new else 200, visit_number=item.visit_number,
        encounter_id=item.stay.public_id, version=item.stay.version, prediction=score, main_reasons=reasons,
        not_scored=not_scored, code=None, errors=errors,
    )  # fmt: skip
