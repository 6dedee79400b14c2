"""The forms of files that are recognised: one family a file."""
