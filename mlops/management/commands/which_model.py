"""The 14:03 question on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from clinical import audit
from mlops.errors import OperationError
from mlops.whichmodel import Story, moment_from, story_of


class Command(BaseCommand):
    """See the module."""

    help = "Say which model scored an encounter at a moment, who approved it, on what evidence, and what happened since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--encounter", required=True, metavar="ID", help="the encounter's public id")
        parser.add_argument("--at", required=True, metavar="TIME", help="ISO time with its zone, or 14:03 for today in UTC")
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                story = story_of(_encounter(options["encounter"]), moment_from(options["at"]))
                detail = {"at": story.at, "prediction": story.score.prediction, "version": story.version_id}
                audit.record(
                    actor=None, verb="model.asked_which", subject_type="encounter", subject_id=story.encounter, detail=detail
                )
        except OperationError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(story.as_json(), indent=2, default=_as_text))
            return
        for line in _lines(story):
            self.stdout.write(line)


def _encounter(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        msg = f"{text!r} is no encounter id: it looks like 0b9f2f6e-1c1e-4a53-9d57-1e6f0c1b2a3d."
        raise CommandError(msg) from error


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _lines(story: Story) -> Iterator[str]:
    yield f"Encounter {story.encounter} at {_time(story.at)}"
    yield f"Scored by {story.version} ({story.version_id}; {story.status_now.lower()} today)"
    yield f"  prediction {story.score.prediction}, made {_time(story.score.scored_at)} from inputs {story.score.inputs_sha256}"
    if story.champion is None:
        yield "Champion by then: not on record"
    else:
        term = story.champion
        yield f"Champion by then: v{term.number}, since {_time(term.began_at)} ({term.how.lower()} by {term.by}). {term.reason}"
    if story.approval is None:
        yield "Approved by nobody by then."
    else:
        word = story.approval
        fits = "the evidence still bears it" if word.seal_still_fits else "NO EVIDENCE BEARS IT NOW"
        yield f"Approved by {word.by} {_time(word.at)}: {word.reason}"
        yield f"  on the evidence with the seal {word.evidence_seal} ({fits})"
    yield "Where it comes from:"
    yield from (f"  {fact.name}: {fact.value}" for fact in story.lineage)
    yield from (f"Note: {note}" for note in story.notes)
    yield "Since then:" if story.since else "Since then: nothing."
    yield from (f"  {_time(event.at)}  {event.what}" for event in story.since)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
