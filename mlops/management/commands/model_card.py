"""Render the card of a validated model; a card with anything missing says so, and ends with 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mlops.cards.card import Release, card_of
from mlops.cards.pages import html_of, xml_of
from mlops.cards.releases import release_of
from mlops.errors import OperationError


class Command(BaseCommand):
    """See the module."""

    help = "Render the model card from a validation's JSON; ends with 1 where the card is not complete."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--validation", type=Path, required=True, metavar="FILE", help="what validate_model --json wrote")
        parser.add_argument("--engine", help="an engine of the validation; default: its first")
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the card as a page that stands alone")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the card as JSON")
        parser.add_argument(
            "--xml", type=Path, metavar="FILE", help="write the applied model card of the Coalition for Health AI"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = _read(options["validation"])
        engine = options["engine"] or next(iter(found["engines"]), "")
        release: Release | None = release_of(found, engine)
        try:
            card = card_of(found, engine=engine, release=release)
        except OperationError as error:
            raise CommandError(str(error)) from error
        for option, written in (("html", html_of), ("json", lambda made: _as_text(made.as_json())), ("xml", xml_of)):
            if options[option]:
                options[option].write_text(written(card))
        if not card.is_complete:
            msg = f"The card is not complete; missing: {'; '.join(card.missing)}."
            raise CommandError(msg)
        self.stdout.write(f"The card of {card.names['version']} is complete: {len(card.attributes)} attributes answered.")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read as a validation: {error}."
        raise CommandError(msg) from error
    if not isinstance(found, dict) or not isinstance(found.get("engines"), dict):
        msg = f"{path} is no validation: it holds no engines."
        raise CommandError(msg)
    return found


def _as_text(card: dict[str, Any]) -> str:
    return json.dumps(card, indent=2) + "\n"
