"""The leak test-bench: named checks, each of which catches one way in which the answer gets into what a model is told.

Each check is a pure function that gives a verdict with its evidence. `bench` runs them on a real run; tests plant each leak.
"""
