"""The feature store: Delta tables of what models learn from and of what they said, each readable as it once was."""
