"""The model card: what a hospital is told of a model, with every figure looked up in its validation and none typed."""
