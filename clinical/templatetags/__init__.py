"""Template tags of the clinical package."""
