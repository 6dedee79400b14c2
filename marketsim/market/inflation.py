"""Prices and pay outside the market: recorded rates where there are records, else those of the scenario.

Costs step up once a year, as pay awards and the minimum wage do in April, by the rates of the twelve months to March.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.england.figures import economy_rates, minimum_wages
from marketsim.scenario.sections.authorities import Economy


@dataclass(frozen=True)
class Rates:
    """Rise in a year of consumer prices, of average pay, and of running cost, which is made of both (shares); and of
    care staff's pay over the minimum wage."""

    cpi: float
    pay: float
    cost: float
    over_minimum: float = 0.0


Uplift: TypeAlias = Literal["none", "share_of_cpi", "cpi", "cpi_and_pay"]


def uplift(kind: Uplift, share: float, risen: Rates) -> float:
    """The rise of a fee that a contract gives for a year (share): nothing, a `share` of the rise of consumer prices,
    all of it, or the rise of running cost."""
    return {"none": 0.0, "share_of_cpi": share * risen.cpi, "cpi": risen.cpi, "cpi_and_pay": risen.cost}[kind]


def falls_behind(kind: Uplift, share: float, risen: Rates, weeks: float) -> float:
    """By how much a fee that an uplift raises lies behind running costs on average over some weeks, if these go on to
    rise as they did last (share; at least 0)."""
    return max(risen.cost - uplift(kind, share, risen), 0.0) * weeks / WEEKS_PER_YEAR / 2


def rates(economy: Economy, year: int) -> Rates:
    """The rise with which the financial year begins that starts in April of a year.

    Care staff get average pay's rise, and of what the minimum wage rises beyond it the share that is passed through.
    """
    stated, recorded = _path(economy).get(year), economy_rates().get(year) if economy.recorded else None
    usual = (economy.cpi_per_year, economy.pay_per_year, economy.minimum_wage_per_year)
    cpi, pay, minimum = stated or recorded or usual
    staff = pay + economy.frontline_share_of_pay * economy.pass_through * (minimum - pay)
    care = pay + economy.pass_through * (minimum - pay)
    cost = economy.pay_share_of_cost * staff + (1 - economy.pay_share_of_cost) * cpi
    return Rates(cpi, pay, cost, (1 + care) / (1 + minimum) - 1)


def _path(economy: Economy) -> dict[int, tuple[float, float, float]]:
    """The rises that a scenario states by year; that of the first year's minimum wage is over the recorded one, or (if
    there is none) that of average pay."""
    rises, before = {}, minimum_wages().get(economy.path[0].year - 1) if economy.path else None
    for one in economy.path:
        rises[one.year] = (one.cpi, one.pay, one.minimum_wage / before - 1 if before else one.pay)
        before = one.minimum_wage
    return rises


def level_at_start(economy: Economy, start: int) -> float:
    """Running cost in the financial year of the start over that of the year in whose money costs are written."""
    first, last = sorted((economy.prices_of, start))
    level = math.prod(1 + rates(economy, year).cost for year in range(first + 1, last + 1))
    return economy.level_at_start * (level if economy.prices_of <= start else 1 / level)
