"""Files as tables of text: how they are read, told apart, and what is said of them."""
