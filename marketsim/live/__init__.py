"""The live page and its room."""
