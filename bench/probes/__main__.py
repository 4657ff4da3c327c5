"""`python -m bench.probes NAME JSON`: run one probe and print what it found as the last line."""

from __future__ import annotations

import importlib
import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    name, parameters = sys.argv[1], json.loads(sys.argv[2])
    room = importlib.import_module("bench.probes.pages" if name == "session" else "bench.probes.models")
    sys.stdout.write("\n" + json.dumps(getattr(room, name)(**parameters)) + "\n")
