"""The command line of the scores."""
