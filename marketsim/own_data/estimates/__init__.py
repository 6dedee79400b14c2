"""What a council's own placements say, each number with its interval and how many placements it rests on."""
