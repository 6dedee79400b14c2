"""How far the numbers can be trusted: calibration, validation, evidence."""
