"""The steps of a training run, one a module: each takes the run and returns what it found. Any of them may be taken twice."""
