"""What a contract says of its fees in later years, and what providers make of it when they are agreed."""

from __future__ import annotations

from marketsim.market import inflation
from marketsim.market.inflation import Uplift
from marketsim.market.market import Market
from marketsim.purchasing.rule import PurchasingRule
from marketsim.scenario.sections.base import MeanWeeks, Share, figure, lever


class Uplifted(PurchasingRule):
    """A rule under which fees rise every April as agreed, and providers may ask at the outset for what they won't."""

    uplift: Uplift = lever("none", "how agreed fees, and those of who lives there, are raised every April")
    uplift_share: Share = figure(
        0.5, "share of the rise of consumer prices that `share_of_cpi` passes on", only_if={"uplift": "share_of_cpi"}
    )
    front_loading: Share = lever(
        0.0, "share of what agreed fees will lie behind costs on average that providers ask for at the outset"
    )
    usual_stay_weeks: MeanWeeks = figure(
        40.0, "mean stay on the spot: how long a fee stands there, and after which a place has to be filled anew",
        "estimated", "stay_band (DfE 2024)",
    )  # fmt: skip

    def yearly_rise(self, market: Market) -> float:
        """By how much fees rise this April (share)."""
        return inflation.uplift(self.uplift, self.uplift_share, market.rates)

    def at_outset(self, market: Market, weeks: float) -> float:
        """What is asked for a fee that stands for so many weeks, over what it would be (ratio)."""
        behind = inflation.falls_behind(self.uplift, self.uplift_share, market.rates, weeks)
        return 1 + self.front_loading * behind
