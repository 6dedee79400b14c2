"""What a run leaves: outcomes, tables, the folder of files and what reads it again."""
