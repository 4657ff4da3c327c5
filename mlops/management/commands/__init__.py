"""The command line of the life of models."""
