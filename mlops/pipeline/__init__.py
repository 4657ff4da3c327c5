"""The line from data to a candidate: which step comes next, who takes it, and what becomes of a step that fails."""
