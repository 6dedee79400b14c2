"""SSDA903, the yearly return on looked-after children."""
