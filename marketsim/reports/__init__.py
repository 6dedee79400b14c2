"""Tables for the terminal and figures, made from results."""
