"""The figures on England that the program carries with it, each with unit, source and status."""
