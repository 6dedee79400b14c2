"""Builds the state at the start: authorities, homes, providers, and the children already placed."""
