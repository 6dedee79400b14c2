"""Lists of placements: the Placements Data Standard, and weekly lists."""
