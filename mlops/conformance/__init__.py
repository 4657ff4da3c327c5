"""Conformance: one button sends good and bad messages of each standard to the site's own doors, and keeps what came back.

The messages tell of made-up patients on a ward of their own, which no clinician belongs to; what they leave behind is
entered in error when the run ends.
"""
