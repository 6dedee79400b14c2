"""What a person types: one file for a group of commands."""
