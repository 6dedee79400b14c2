"""Prices and pay outside the market: recorded rates where there are records, else those of the scenario.

Costs step up once a year, as pay awards and the national living wage do in April, by the rates of the twelve months to
March.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from marketsim.england.figures import economy_rates
from marketsim.scenario.sections.authorities import Economy

MARCH_ENDS = (3, 24)  # a run that starts a few days before April belongs to the year that begins


@dataclass(frozen=True)
class Rates:
    """Rise in a year of consumer prices, of pay, and of running cost, which is made of both (shares)."""

    cpi: float
    pay: float
    cost: float


def rates(economy: Economy, date: datetime.date) -> Rates:
    """The rise with which the financial year begins in which a date lies."""
    recorded = economy_rates().get(_year(date)) if economy.recorded else None
    cpi, pay = recorded or (economy.cpi_per_year, economy.pay_per_year)
    return Rates(cpi, pay, economy.pay_share_of_cost * pay + (1 - economy.pay_share_of_cost) * cpi)


def level_at_start(economy: Economy, start: datetime.date) -> float:
    """Running cost in the financial year of the start over that of the year in whose money costs are written."""
    level = 1.0
    first, last = sorted((economy.prices_of, _year(start)))
    for year in range(first + 1, last + 1):
        level *= 1 + rates(economy, datetime.date(year, 4, 1)).cost
    return economy.level_at_start * (level if economy.prices_of <= _year(start) else 1 / level)


def _year(date: datetime.date) -> int:
    """The year in which the financial year of a date begins."""
    return date.year if (date.month, date.day) >= MARCH_ENDS else date.year - 1
