"""Prices and pay outside the market: recorded rates where there are records, else those of the scenario.

Costs step up once a year, as pay awards and the national living wage do in April, by the rates of the twelve months to
March.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from marketsim.england.figures import economy_rates
from marketsim.scenario.sections.authorities import Economy


@dataclass(frozen=True)
class Rates:
    """Rise in a year of consumer prices, of pay, and of running cost, which is made of both (shares)."""

    cpi: float
    pay: float
    cost: float


def rates(economy: Economy, year: int) -> Rates:
    """The rise with which the financial year begins that starts in April of a year."""
    recorded = economy_rates().get(year) if economy.recorded else None
    cpi, pay = recorded or (economy.cpi_per_year, economy.pay_per_year)
    return Rates(cpi, pay, economy.pay_share_of_cost * pay + (1 - economy.pay_share_of_cost) * cpi)


def level_at_start(economy: Economy, start: int) -> float:
    """Running cost in the financial year of the start over that of the year in whose money costs are written."""
    first, last = sorted((economy.prices_of, start))
    level = math.prod(1 + rates(economy, year).cost for year in range(first + 1, last + 1))
    return economy.level_at_start * (level if economy.prices_of <= start else 1 / level)
