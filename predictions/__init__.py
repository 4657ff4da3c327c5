"""What a model says of an encounter: features, engines, scores, explanations, and the worklist that is read from them."""
