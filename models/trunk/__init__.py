"""Training of the network that sees how the trunk stands."""
