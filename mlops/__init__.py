"""The life of models: data sets, training, evaluation, release."""
