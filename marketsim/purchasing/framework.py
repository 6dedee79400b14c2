"""A framework: pre-agreed ceiling fees by need band that homes join and leave."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market import inflation
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.inflation import Uplift
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, PurchasingRule, Reach, Scope, Together
from marketsim.scenario.schema import PoundsByNeed
from marketsim.scenario.sections.base import Miles, Share, figure

ROUTES = "43% under frameworks, 55% on the spot (targets)"


class Framework(PurchasingRule):
    """Homes on the framework quote at most the ceiling; they stay while it beats what spot would bring."""

    name: ClassVar[str] = "framework"
    rule: Literal["framework"] = "framework"
    one_per: Scope = figure("region", "who shares a framework: each `authority`, each `region`, or `england`")
    ceilings: PoundsByNeed = figure(
        PoundsByNeed(standard=5_600.0, complex=5_700.0, severe=6_000.0),
        "ceiling fee by need band at the start (GBP/week)",
        "estimated",
        "43% of placements bought under frameworks (targets)",
    )
    uplift: Uplift = figure("share_of_cpi", "how ceilings, and the fees of who lives there, are raised every April")
    uplift_share: Share = figure(
        0.5, "share of the rise of consumer prices that `share_of_cpi` passes on", only_if={"uplift": "share_of_cpi"}
    )
    reach_miles: Miles = figure(60.0, "how far a home may be from the authorities that share the framework")
    radius_miles_at_first: Miles = figure(37.0, "search radius when the child is not urgent", "estimated", ROUTES)
    radius_miles_at_deadline: Miles = figure(80.0, "search radius at the deadline")
    takes_part: Share = figure(0.79, "share of homes whose provider would join at all", "estimated", ROUTES)
    flow_value: Share = figure(
        0.31,
        "share of the fee that the flow of referrals is worth to a home that stands quite empty",
        "estimated",
        ROUTES,
    )
    leaves_mid_term: Share = figure(
        0.25, "chance each quarter that a home leaves before the yearly review once spot would bring more"
    )

    def scope(self) -> Scope:
        """As the scenario says."""
        return self.one_per

    def reach(self) -> Reach:
        """Radius widens with urgency; the fee is bounded by the ceilings."""
        return Reach(miles_at_first=self.radius_miles_at_first, miles_at_last=self.radius_miles_at_deadline)

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Ceilings as given; the homes for which they are worth it join."""
        arrangement.terms = self.ceilings.array()
        arrangement.ceilings = arrangement.terms * market.cost_index
        arrangement.on_panel = self._would_join(market, arrangement)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: ceilings stay unless others are given, and homes decide anew."""
        if (arrangement.terms != self.ceilings.array()).any():
            arrangement.terms = self.ceilings.array()
            arrangement.ceilings = arrangement.terms * market.cost_index
        arrangement.on_panel = self._would_join(market, arrangement)

    def lots_of_all(self, market: Market, together: Together) -> Lots:
        """Open places of the homes on each framework, at their quote but at most its ceiling; who is paid less than on
        the spot is less willing."""
        joined = np.zeros((len(together), len(market.homes)), dtype=np.bool_)
        for place, arrangement in enumerate(together.arrangements):
            joined[place, : len(arrangement.on_panel)] = arrangement.on_panel
        owner, home = np.nonzero(joined & market.homes.in_market(market.week))
        quote, ceilings = market.quotes[home], np.array([framework.ceilings for framework in together.arrangements])
        fee = np.minimum(quote, ceilings[owner])
        shortfall = 1.0 - fee / np.maximum(quote, 1.0)
        eager = np.maximum(1.0 - market.scenario.providers.fee_sensitivity * shortfall, 0.0)
        return Lots(home, fee, eager=eager, number=np.bincount(owner, minlength=len(together)))

    def fee_at_start(self, market: Market, arrangement: Arrangement, home: Ints, band: Ints) -> Floats:
        """The quote, but at most the ceiling."""
        return np.minimum(market.quotes[home, band], arrangement.ceilings[band])

    def uplift_within_stays(self, market: Market, arrangement: Arrangement) -> float:
        """The same as for ceilings."""
        return inflation.uplift(self.uplift, self.uplift_share, market.rates)

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every April ceilings are raised and homes join or leave; some leave in between."""
        if market.ends("financial_year"):
            arrangement.ceilings = arrangement.ceilings * (1 + self.uplift_within_stays(market, arrangement))
            arrangement.on_panel = self._would_join(market, arrangement)
            return True
        if not market.ends("quarter"):
            return False
        arrangement.on_panel = self._staying(market, arrangement)
        return True

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the quarter, of which four make the year."""
        return market.calendar.next_end("quarter", market.week)

    def _would_join(self, market: Market, arrangement: Arrangement) -> Bools:
        """Independent homes within reach for which the mean ceiling is worth as much as their mean quote less the value
        of a steady flow of referrals (GBP/week), and whose provider would join at all."""
        homes, joining = market.homes, np.zeros(len(market.homes), dtype=np.bool_)
        near = market.miles_from(arrangement.members) <= self.reach_miles
        rows = np.flatnonzero(near & homes.in_market(market.week) & (homes.sector != LOCAL_AUTHORITY))
        flow = self.flow_value * (1 - homes.recent_occupancy[rows])
        worth = float(arrangement.ceilings @ market.need_shares) >= market.mean_quote[rows] * (1 - flow)
        luck = uniform(market.seed, "take part in framework", homes.key[rows], arrangement.key)
        joining[rows] = worth & (luck < self.takes_part)
        return joining

    def _staying(self, market: Market, arrangement: Arrangement) -> Bools:
        """Homes on the panel that would join now, and of the others those whose luck keeps them there."""
        keys, staying = market.homes.key, self._would_join(market, arrangement)
        rows = np.flatnonzero(arrangement.on_panel)
        luck = uniform(market.seed, "leave framework", keys[rows], arrangement.key, market.week)
        joined = np.zeros_like(staying)
        joined[rows] = staying[rows] | (luck >= self.leaves_mid_term)
        return joined
