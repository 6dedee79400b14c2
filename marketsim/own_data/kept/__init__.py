"""What is kept of records, in a folder, and read back."""
