"""Template tags of the predictions package."""
