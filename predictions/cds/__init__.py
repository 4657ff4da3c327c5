"""CDS Hooks 2.0: an EHR asks as a chart is opened or a patient goes home, and gets a card, or the reason why there is none."""
