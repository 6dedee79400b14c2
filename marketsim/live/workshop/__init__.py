"""A workshop: people take seats in the market and decide, round by round."""
