"""A workbook for homes and contracts of one's own, out and in."""
