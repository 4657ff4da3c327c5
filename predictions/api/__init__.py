"""The EHR's door in plain JSON, version 1: encounters in, scores and their reasons out, and what came of them back in."""
