"""Learners, all behind one Protocol. What they share, calibration and the artefact, stands beside them."""
