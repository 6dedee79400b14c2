"""Which values make the market look like England's: history matching in waves of runs."""
