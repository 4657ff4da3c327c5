"""The gate: what a candidate must show before a person is asked. Its bounds are data, its judgement is arithmetic."""
