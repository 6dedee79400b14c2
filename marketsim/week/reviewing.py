"""What is reviewed at its date: fees every month, costs and budgets every year, contracts when they say."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market import inflation
from marketsim.market.children import NOT_YET
from marketsim.market.market import Market
from marketsim.purchasing import asking_rules
from marketsim.purchasing.orders import Orders
from marketsim.week import commissioners, providers
from marketsim.week.census import Census

MONTH_WEEKS = 4
YEAR_WEEKS = 52


def review_costs(market: Market) -> None:
    """Pay awards and prices move running costs, and with them the cost of the last resort, once a year."""
    scenario = market.scenario
    market.rates = inflation.rates(scenario.economy, scenario.horizon.start + timedelta(weeks=market.week))
    market.cost_index *= 1 + market.rates.cost
    providers.price(market)


def review_fees(market: Market, memory: commissioners.Memory, census: Census) -> Floats:
    """Authorities learn what they pay; providers revise what they ask, for the 4 weeks to come. Returns the pressure on
    fees by area (0-1)."""
    commissioners.remember_fees(market, memory)
    pressure = providers.pressure(market, memory.unplaced / MONTH_WEEKS)
    providers.earn(market, census.due.received, census.due.needs)
    providers.revise_asks(market, pressure)
    providers.price(market)
    memory.begin_month()
    weeks = market.week % YEAR_WEEKS
    if market.week == MONTH_WEEKS:  # the first year's budget: what the first month's spend comes to in a year
        memory.budget = memory.spent * YEAR_WEEKS / MONTH_WEEKS
    if weeks:
        commissioners.keep_to_budget(market, memory, weeks)
    return pressure


class Reviews:
    """When the rule of each arrangement has something to review next."""

    def __init__(self, market: Market, orders: Orders) -> None:
        self._orders = orders
        self._due = np.full(len(orders.arrangements), NOT_YET)
        for arrangement in orders.arrangements:
            if arrangement.rule.has("review") and arrangement.number not in orders.ended:
                self._due[arrangement.number] = market.week

    def review(self, market: Market) -> bool:
        """Review the arrangements whose turn it is; True if there were any."""
        turn = np.flatnonzero(self._due <= market.week).tolist()
        for number in turn:
            arrangement = self._orders.arrangements[number]
            asking_rules.settle(market, arrangement, "review")
            self._due[number] = asking_rules.next_review_of(arrangement.rule, market.week, arrangement)
        return bool(turn)
