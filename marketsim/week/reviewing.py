"""What is reviewed at its date: fees every month, costs and budgets every year, contracts when they say."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market import inflation
from marketsim.market.children import NOT_YET, NOTICE, OPEN_PLACE, PLACED
from marketsim.market.costs import resident_costs
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.purchasing import asking_rules, asking_wholes
from marketsim.purchasing.orders import Orders
from marketsim.purchasing.rule import Arrangement
from marketsim.week import commissioners, providers
from marketsim.week.census import Census


def review_costs(market: Market) -> None:
    """Pay awards and prices move running costs, and with them the cost of the last resort, from April on."""
    year = market.calendar.number("financial_year", market.week + 1)
    market.rates = inflation.rates(market.scenario.economy, year)
    market.cost_index *= 1 + market.rates.cost
    market.relative_pay *= 1 + market.rates.over_minimum
    providers.price(market)


def raise_fees(market: Market, orders: Orders) -> None:
    """Every April: what running placements in open places of independent homes cost rises as their arrangements say;
    so do the fees that contracts agreed for the places they hold. Where members of a cooperative don't agree, none of
    its own rise."""
    children, rows = market.children, _bought_one_by_one(market)
    _let_members_vote(market, orders)
    for arrangement in orders.arrangements:
        if arrangement.rule.has("uplift_within_stays"):
            through = rows[children.arrangement[rows] == arrangement.number]
            _raise(market, through, 1 + asking_rules.uplift_of(market, arrangement)[children.authority[through]])
        if arrangement.rule.has("uplift_of_held"):
            _raise_held(market, arrangement, 1 + asking_rules.uplift_of_held(market, arrangement))


def _let_members_vote(market: Market, orders: Orders) -> None:
    """Note which arrangements of cooperatives members freeze this year."""
    for number, cooperative in orders.cooperatives:
        if not cooperative.has("agrees"):
            continue
        whole = orders.arrangements[number]
        for inner in (orders.arrangements[one] for one in whole.inner):
            inner.frozen = False
            rise = asking_wholes.rise_asked(market, inner)
            inner.frozen = rise > 0 and not asking_wholes.agreed_by_all(market, whole, inner, rise)


def _raise_held(market: Market, arrangement: Arrangement, rise: float) -> None:
    """The fees that a contract agreed rise, for filled places and empty ones, and those of who lives there."""
    children, holdings = market.children, market.holdings
    held = np.flatnonzero(holdings.arrangement == arrangement.number)
    holdings.fee[held] *= rise
    holdings.retainer[held] *= rise
    arrangement.raised *= rise
    inside = np.flatnonzero((children.state == PLACED) & (children.holding != OPEN_PLACE))
    _raise(market, inside[holdings.arrangement[children.holding[inside]] == arrangement.number], rise)


def _raise(market: Market, rows: Ints, rise: Floats | float) -> None:
    """What is paid for some children rises."""
    children = market.children
    for column in (children.fee, children.extra_fee, children.beside_fee):
        column[rows] *= rise
    market.records.fee[children.record[rows]] = children.fee[rows]


def give_notice(market: Market) -> None:
    """Every quarter: providers hand back some of the children who cost more than they bring, after a time of notice,
    unless a policy keeps them."""
    children, providers, rows = market.children, market.scenario.providers, _bought_one_by_one(market)
    brings = children.fee[rows] + children.beside_fee[rows]
    rows = rows[resident_costs(market, rows) > brings]
    luck = uniform(market.seed, "notice", children.key[rows], market.week)
    rows = rows[luck < providers.notice_per_quarter]
    rows = rows[~asking_policies.kept(market, rows)]
    ends = market.week + asking_policies.notice_weeks(market, rows, providers.notice_weeks)
    sooner = children.end_week[rows] > ends
    children.set(rows[sooner], end_week=ends[sooner], ends_by=NOTICE)


def _bought_one_by_one(market: Market) -> Ints:
    """The rows of children in open places of independent homes: no contract says what becomes of their fees."""
    children = market.children
    rows = np.flatnonzero((children.state == PLACED) & (children.holding == OPEN_PLACE))
    return np.asarray(rows[market.homes.sector[children.home[rows]] != LOCAL_AUTHORITY])


def review_fees(market: Market, memory: commissioners.Memory, census: Census, besides: Floats) -> Floats:
    """Authorities learn what they pay; providers what homes earn, of which some is paid `besides` fees (GBP by home),
    and they revise what they ask, for the month to come. Returns the pressure on fees by area (0-1)."""
    commissioners.remember_fees(market, memory)
    pressure = providers.pressure(market, memory.unplaced / memory.weeks_in_month)
    providers.earn(market, census.due.received + besides, census.due.needs, census.due.extra)
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

    def review(self, market: Market) -> list[Arrangement]:
        """Review the arrangements whose turn it is; returns them."""
        turn = np.flatnonzero(self._due <= market.week).tolist()
        for number in turn:
            arrangement = self._orders.arrangements[number]
            asking_rules.settle(market, arrangement, "review")
            self._due[number] = asking_rules.next_review_of(market, arrangement)
        return [self._orders.arrangements[number] for number in turn]
