"""How the networks on the appearance of the face were trained: eyes, lips, coverings."""
