"""Pictures of a comparison, a kind a file."""
