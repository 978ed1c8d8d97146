"""Our own face models: the finder, the points, and what they are trained on."""
