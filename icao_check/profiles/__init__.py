"""Profile files: one document each."""
