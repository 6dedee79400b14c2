"""Ownership groups: their debt, and what happens to their homes when one fails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.homes import LARGE_FROM_HOMES
from marketsim.market.market import Market
from marketsim.market.ownership import by_provider, no_such_rank, private
from marketsim.policies.policy import Takeovers
from marketsim.scenario.errors import ScenarioError


@dataclass
class Groups:
    """By provider number: debt (GBP), and quarters in a row in which its homes did not earn the interest."""

    debt: Floats
    short: Ints


def make_groups(market: Market) -> Groups:
    """Large private groups owe an amount for each place of week 0.

    Raises ScenarioError if a dated failure names a group that there isn't.
    """
    homes, providers = market.homes, market.scenario.providers
    number, places = by_provider(market, np.ones(len(homes))), by_provider(market, homes.places)
    for position, shock in enumerate(market.scenario.shocks):
        if words := no_such_rank(market, shock.provider_rank):
            raise ScenarioError(words, f"shocks.{position}.provider_rank:")
    debt = np.where(number >= LARGE_FROM_HOMES, providers.debt_per_place * market.cost_index * places, 0.0)
    return Groups(debt, np.zeros(len(number), dtype=np.int64))


def failing_groups(market: Market, groups: Groups) -> Ints:
    """Every quarter: the groups that fail, after too many quarters in which their homes did not earn the interest."""
    homes, providers = market.homes, market.scenario.providers
    earned = by_provider(market, homes.recent_profit, len(groups.debt))[: len(groups.debt)]
    interest = groups.debt * providers.interest_per_year / WEEKS_PER_YEAR
    short = (groups.debt > 0) & (earned < interest)
    groups.short = np.where(short, groups.short + 1, 0)
    failing = np.flatnonzero(groups.short >= providers.quarters_to_failure)
    groups.debt[failing] = 0.0
    return failing


def wind_up(market: Market, seed: int, group: int, closes_share: float, failing: Ints | None = None) -> Ints:
    """A group fails: its worst-earning homes close (their rows are returned), neighbours' providers get the others,
    but none that is itself `failing`."""
    homes = market.homes
    mine = np.flatnonzero(private(market) & (homes.provider == group))
    mine = mine[np.lexsort((homes.key[mine], homes.recent_profit[mine]))]
    count = int(np.floor(closes_share * len(mine) + 0.5))
    sound = ~np.isin(homes.provider, group if failing is None else failing) & (homes.provider != group)
    others = np.flatnonzero(private(market) & sound)
    luck = uniform(seed, "takes over home", homes.key[mine], market.week)
    for position, row in enumerate(mine[count:], start=count):
        local = others[homes.authority[others] == homes.authority[row]]
        candidates = local if len(local) else others
        if len(candidates):
            homes.provider[row] = homes.provider[candidates[int(luck[position] * len(candidates))]]
    return mine[:count]


def borrow(market: Market, groups: Groups, taken: Takeovers) -> None:
    """Groups with debt that buy homes owe as much for each of their places as for those of week 0."""
    buyers = taken.provider < len(groups.debt)
    provider, places = taken.provider[buyers], market.homes.places[taken.homes[buyers]]
    owed = market.scenario.providers.debt_per_place * market.cost_index * places
    np.add.at(groups.debt, provider, np.where(groups.debt[provider] > 0, owed, 0.0))
