"""Weeks by date: what happens each month, quarter and year happens at its date, whatever day a run starts on.

Week `w` has the seven days up to `start` + `w` weeks. As with ISO weeks, it belongs to the month, quarter and year in
which most of its days lie; so months have 4 or 5 weeks, quarters 12 to 14, years 52 or 53, and no date drifts.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import count
from typing import Literal

from marketsim.core.units import DAYS_PER_WEEK

Period = Literal["month", "quarter", "financial_year", "year_of_run"]
APRIL = 4


@dataclass(frozen=True)
class Calendar:
    """The weeks of a run whose week 0 is the state on the day of `start`; weeks before it are numbered below 1."""

    start: datetime.date

    def date(self, week: int) -> datetime.date:
        """The last day of a week."""
        return self.start + datetime.timedelta(weeks=week)

    def week_of(self, date: datetime.date) -> int:
        """The week whose seven days contain a date; 1 for dates before the start."""
        return max(-((self.start - date).days // DAYS_PER_WEEK), 1)

    def number(self, period: Period, week: int) -> int:
        """The period that a week belongs to, numbered in turn; a financial year by the year in which it begins."""
        day = self.date(week) - datetime.timedelta(days=3)
        match period:
            case "month":
                return 12 * day.year + day.month
            case "quarter":
                return 4 * day.year + (day.month - 1) // 3
            case "financial_year":
                return day.year - (day.month < APRIL)
            case "year_of_run":  # the first begins on the day after the start
                first = self.start + datetime.timedelta(days=1)
                return day.year - first.year - ((day.month, day.day) < (first.month, first.day))

    def ends(self, period: Period, week: int) -> bool:
        """Whether a week is the last of a period."""
        return self.number(period, week) != self.number(period, week + 1)

    def next_end(self, period: Period, week: int) -> int:
        """The first week after this one that is the last of a period."""
        return next(later for later in count(week + 1) if self.ends(period, later))

    def days_of_year(self, week: int) -> list[int]:
        """The days of a week, counted from 0 on 1 January in a year without 29 February; that one is left out."""
        days = (self.date(week) - datetime.timedelta(days=back) for back in range(DAYS_PER_WEEK))
        return [day.replace(year=2001).timetuple().tm_yday - 1 for day in days if (day.month, day.day) != (2, 29)]
