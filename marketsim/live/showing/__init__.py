"""What the page shows of two markets: numbers, maps, words, stories."""
