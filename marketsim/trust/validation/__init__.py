"""How near the model comes to what is known: the targets, patterns, a null model, a backcast and predictions."""
