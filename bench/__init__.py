"""Measuring: `bin/bench` fills a database of its own, times each job there beside a reference, and drops it again."""
