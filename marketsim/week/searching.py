"""From children who need a home to the searches that the placing reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.core.streams import stream, uniform
from marketsim.market.children import SHARED, SOLO, UNREGISTERED, WAITING, Children
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.week import commissioners, providers
from marketsim.week.placing.tables import Searches

POLICY_SEED = 0  # which authorities have a policy is the same in every replicate


@dataclass
class Seeking:
    """The children who look for a home now: their rows, how often answers were renewed, urgency (0-1), and the chance
    that a home with a free place offers it."""

    rows: Ints
    asked: Ints
    urgency: Floats
    willingness: Floats

    def in_order(self, children: Children) -> Seeking:
        """The same, sorted by authority and then by key."""
        order = np.lexsort((children.key[self.rows], children.authority[self.rows]))
        return Seeking(self.rows[order], self.asked[order], self.urgency[order], self.willingness[order])


def seek(market: Market, unplaced: Ints) -> Seeking:
    """Those who look this week: all who wait, and of those in unregistered settings the ones whose turn it is.

    All children without a home are added to `unplaced`, by authority and by what they need of a home.
    """
    scenario, children = market.scenario, market.children
    rows = _searching(children.table, scenario.unregistered.search_every_weeks, market.week, unplaced)
    waited = market.week - children.since[rows]
    urgent = commissioners.urgency(market, waited, children.emergency[rows])
    urgent[children.state[rows] == UNREGISTERED] = 1.0
    willing = providers.willingness(scenario.providers, children.score[rows], children.breakdowns[rows])
    willing = np.minimum(willing * asking_policies.willingness(market, rows), 1.0)
    return Seeking(rows, waited // scenario.commissioning.answer_weeks, urgent, willing)


@compiled
def _searching(children: Children, search_every_weeks: int, week: int, unplaced: Ints) -> Ints:
    rows, count = np.empty(len(children.key), dtype=np.int64), 0
    for row in range(len(rows)):
        state = children.state[row]
        if state in (WAITING, UNREGISTERED):
            unplaced[children.authority[row], children.needs[row]] += 1
            if state == WAITING or (week - children.since[row]) % search_every_weeks == 0:
                rows[count] = row
                count += 1
    return rows[:count]


def searches_of(
    market: Market, seeking: Seeking, routes: Ints, buyers: Ints, joins: Bools, farthest: Floats
) -> Searches:
    """The searches of some children, with the arrangements that each tries and who buys at each stage, which of them
    are weighed side by side, and how far from home a place may be (miles).

    Luck of a child with a home depends on the child, the number of its search and how often it `asked`, and on nothing
    else.
    """
    children, rows, urgency = market.children, seeking.rows, seeking.urgency
    authority, band = children.authority[rows], children.band[rows]
    luck = stream(market.seed, "offer", children.key[rows], children.search[rows], seeking.asked)
    policy = uniform(POLICY_SEED, "asks only good homes", market.authorities.key)
    care = children.care[rows]
    way_out = providers.way_out(market) - providers.extra_fee(market)
    only_good = (policy < market.scenario.commissioning.only_good_share)[authority]
    return Searches(
        key=luck,
        authority=authority,
        x=children.x[rows],
        y=children.y[rows],
        band=band,
        age=children.age[rows],
        boy=children.boy[rows],
        score=children.score[rows],
        emergency=children.emergency[rows],
        away=children.away[rows],
        only_good=only_good & (urgency < 1),
        own_area_only=asking_policies.within_area(market, rows),
        bespoke=care != SHARED,
        alone=care == SOLO,
        needs=children.needs[rows],
        way_out=way_out[care],
        willingness=seeking.willingness,
        urgency=urgency,
        expected_fee=_expected_fee(market)[authority, band],
        routes=routes,
        buyers=buyers,
        joins=joins,
        farthest=farthest,
    )


def _expected_fee(market: Market) -> Floats:
    """The fee that authorities reckon with (authorities, bands; GBP/week): less than they expect if they overspend."""
    over = np.clip(market.authorities.overspent, 0.0, 1.0)
    cut = market.scenario.commissioning.budget_tightening * over
    return asking_policies.expected_fees(market, np.asarray(market.authorities.expected_fee * (1 - cut)[:, None]))
