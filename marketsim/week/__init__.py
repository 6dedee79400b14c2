"""What happens in a week, a file for each line of the step, and how authorities and providers decide."""
