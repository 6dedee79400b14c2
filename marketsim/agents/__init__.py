"""Authorities, providers and children as Mesa agents, and the decisions that each takes."""
