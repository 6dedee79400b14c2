"""Runs, replicates and comparisons, and the folder of files that each leaves behind."""
