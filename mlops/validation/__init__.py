"""Validation that anyone can repeat: from the raw file to every figure, with comparators on the same rows, and its report."""
