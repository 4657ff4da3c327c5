"""What the pages of models show, as plain values: templates only write them down. No learner is loaded here."""
