"""`python -m bench.probes NAME JSON`: run one probe and print what it found as the last line."""

from __future__ import annotations

import importlib
import json
import sys

import django

ROOMS = {"session": "pages", "ehr_client": "doors", "stays_of": "doors", "statements_by_history": "doors"}

if __name__ == "__main__":
    django.setup()
    name, parameters = sys.argv[1], json.loads(sys.argv[2])
    room = importlib.import_module(f"bench.probes.{ROOMS.get(name, 'models')}")
    sys.stdout.write("\n" + json.dumps(getattr(room, name)(**parameters)) + "\n")
