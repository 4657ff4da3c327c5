"""What a model says of an encounter: features, engines, scores, explanations, and the worklist that is read from them."""

import os

# OpenMP reads this once, when the first library that uses it is loaded, so it is said here, before any. By default its
# threads spin while they wait for each other; where processors are shared, as in every container with a quota, that made
# training five to ten times slower. Sleeping at once costs half as much again where they are free: threads of GNU's
# OpenMP therefore spin for some microseconds before they sleep.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
