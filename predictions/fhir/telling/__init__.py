"""Our rows as resources. What an EHR sent is told as it was sent for as long as it still is what is known."""
