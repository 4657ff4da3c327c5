"""HL7 v2: ADT messages over MLLP, kept as they came before they are worked on, and answered."""
