"""The command line of the doors: databases and the demonstration."""
