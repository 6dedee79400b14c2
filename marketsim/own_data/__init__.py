"""What a council has of its own: its files read, reduced, kept in a folder, and estimated from."""
