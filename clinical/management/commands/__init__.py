"""The command line of the facts."""
