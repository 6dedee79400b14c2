"""Luck and its streams, columns, the compiler behind one name, units, interrupts."""
