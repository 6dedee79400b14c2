"""Which private homes belong to whom, and which providers have most of them."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.homes import PRIVATE
from marketsim.market.market import Market


def private(market: Market) -> Bools:
    """By home: True for private ones in the market."""
    return np.asarray(market.homes.in_market(market.week) & (market.homes.sector == PRIVATE))


def by_provider(market: Market, values: Floats | Ints, least: int = 0) -> Floats:
    """A sum over the private homes in the market of each provider, from values by home; of at `least` so many."""
    homes, chosen = market.homes, private(market)
    providers = max(int(homes.provider.max(initial=0)) + 1, least)
    return np.bincount(homes.provider[chosen], weights=values[chosen], minlength=providers).astype(np.float64)


def ranked(market: Market) -> Ints:
    """The numbers of the private providers, those with most homes first; of equals the one that comes first."""
    number = by_provider(market, np.ones(len(market.homes)))
    order = np.lexsort((np.arange(len(number)), -number))
    return np.asarray(order[number[order] > 0])


def no_such_rank(market: Market, rank: int) -> str:
    """Why there is no private provider of a rank (1: most homes in week 0), in words; empty if there is one."""
    count = len(market.ranked_providers)
    return f"there are only {count} private providers in week 0, so none of rank {rank}" if rank > count else ""
