"""Scripts that make the weights, and the weights."""
