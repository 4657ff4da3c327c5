"""A synthetic cohort in the data set's format, drawn from aggregate figures alone, for where the data set is not at hand."""
