"""Files of assumptions: read strictly, extended, checked, said in words."""
