"""Training of the network that sees cast shadows on a face."""
