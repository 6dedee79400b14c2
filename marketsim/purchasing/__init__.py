"""Purchasing rules: the contract in `rule`, then one rule a file."""
