"""How long a week and a year are."""

WEEKS_PER_YEAR = 365.25 / 7
DAYS_PER_WEEK = 7
