"""Telling people of incidents: one Protocol, an adapter for each way, and a delivery that repeats until somebody answers."""
