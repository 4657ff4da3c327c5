"""What is timed from inside a process that has Django, a database and, where it scores, a champion: one function a probe."""
