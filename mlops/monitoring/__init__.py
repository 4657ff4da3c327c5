"""Watching models at work: what came in, what went out, what became of it, and whether that is still what was approved."""
