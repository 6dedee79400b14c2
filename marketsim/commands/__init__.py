"""The commands, a file for each kind of work; heavy imports happen inside them, so that `--help` answers at once."""
