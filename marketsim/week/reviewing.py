"""What is reviewed at its date: fees every month, costs and budgets every year, contracts when they say."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market import inflation
from marketsim.market.children import NOT_YET
from marketsim.market.market import Market
from marketsim.purchasing import asking_rules
from marketsim.purchasing.orders import Orders
from marketsim.week import commissioners, providers
from marketsim.week.census import Census


def review_costs(market: Market) -> None:
    """Pay awards and prices move running costs, and with them the cost of the last resort, from April on."""
    year = market.calendar.number("financial_year", market.week + 1)
    market.rates = inflation.rates(market.scenario.economy, year)
    market.cost_index *= 1 + market.rates.cost
    providers.price(market)


def review_fees(market: Market, memory: commissioners.Memory, census: Census) -> Floats:
    """Authorities learn what they pay; providers revise what they ask, for the month to come. Returns the pressure on
    fees by area (0-1)."""
    commissioners.remember_fees(market, memory)
    pressure = providers.pressure(market, memory.unplaced / memory.weeks_in_month)
    providers.earn(market, census.due.received, census.due.needs)
    providers.revise_asks(market, pressure)
    providers.price(market)
    memory.begin_month()
    commissioners.keep_to_budget(market, memory)
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
            self._due[number] = asking_rules.next_review_of(market, arrangement)
        return bool(turn)
