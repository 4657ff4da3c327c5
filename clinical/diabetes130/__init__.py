"""The UCI Diabetes 130-US hospitals data set: reading its file safely, and giving it the dates and people it does not carry."""
