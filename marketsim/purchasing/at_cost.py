"""Contracts that pay what places cost: the provider gets its cost and a surplus over it, whatever comes in."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.homes import VOLUNTARY
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.held_places import HeldPlaces
from marketsim.purchasing.rule import Arrangement
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Count, Share, figure, lever


class AtCost(HeldPlaces):
    """Held places whose homes end each week with the agreed surplus: members make up what is missing, and get back
    what is over."""

    places: Count = lever(0, "places held from the start in homes that are there; the rest are those that it opens")
    places_per_home: Count = figure(4, "most places held in one home that is there")
    surplus: Share = figure(0.05, "surplus over running cost at planned occupancy that the provider may keep")

    def sector_of_new_homes(self) -> int:
        """Charities run them, as they did in Somerset and Liverpool."""
        return VOLUNTARY

    def least_taken(self) -> ShareByNeed:
        """Only asked where the provider may refuse."""
        return ShareByNeed(standard=0.6, complex=0.3, severe=0.1)

    def fees(self, market: Market, arrangement: Arrangement) -> Floats:
        """What a resident costs at planned occupancy, with the surplus; what comes out otherwise is settled weekly."""
        return np.asarray(market.mean_cost * (1 + self.surplus))

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Hold the places that are wanted from the start."""
        self.begin(market, arrangement)
        self.change(market, arrangement)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: places that are missing now are held on top, those too many given back."""
        missing = self.agree(market, arrangement, self.places + arrangement.places_created)
        self.let(market, arrangement, missing, self.places_per_home)

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every April fees follow cost; otherwise what all contracts review."""
        changed = self.review_shared(market, arrangement, self.places, self.places_per_home)
        if market.ends("financial_year"):
            contracts.renew(market, arrangement, self.fees(market, arrangement), self.owed_empty())
            return True
        return changed

    def shares_in(self, market: Market, arrangement: Arrangement, left: Floats) -> Floats:
        """What is over the surplus goes back, what is missing is made up, for the part of each home that is held."""
        homes, part = market.homes, contracts.part_held(market, arrangement)
        planned = market.scenario.providers.planned_occupancy * homes.places
        agreed = self.surplus * homes.unit_cost * market.cost_index * planned
        return np.asarray(part * (left - agreed))
