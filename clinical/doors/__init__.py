"""What every door for systems shares: who may come in, how errors are told, how often and how much, and what a repeat does."""
