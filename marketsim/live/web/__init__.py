"""Serving the page: who may ask, what is answered, from which port."""
