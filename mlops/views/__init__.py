"""The administration's doors to the life of models: who asks, what was sent, one verb, one answer."""
