"""Cooperatives to be designed: who would stay, how a map could be divided, and which terms serve several aims."""
