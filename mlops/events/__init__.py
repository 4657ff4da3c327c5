"""Events from outside, arriving over a queue: read strictly, acted on once, and forgotten only when the effect is committed."""
