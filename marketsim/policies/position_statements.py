"""Position statements: authorities publish where places are short, and some providers plan their homes by that."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.homes import PRIVATE, SECTORS, VOLUNTARY
from marketsim.market.market import Market
from marketsim.policies import by_area
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PoundsPerYear, Ratio, Share

SPREAD = 3.0**0.5  # luck within plus or minus this has a standard deviation of 1
MOST = 20.0  # times as many homes as would be planned in an area, however short it says that it is (assumption)


class PositionStatements(Policy):
    """As many homes are planned, but where members say that places are short; what they say errs."""

    name: ClassVar[str] = "position_statements"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="tried",
        who="nearly half of authorities had no public or current one in 2022 (DfE/Mutual Ventures 2024); London "
        "counts a gap of 58%; a regional footprint is proposed (LGA/SEC Newgate 2021)",
        claimed="providers would build what is needed; but they go by referrals from the whole country, small cohorts "
        "are too changeable to forecast (LGA/OPM 2013), and what was bought is not what was needed",
        sure="nobody measured what providers do with it: `followed` is an assumption, and so is the error, of which "
        "the least is the luck of small numbers",
        rows=("F14", "F15", "F19", "F20", "F29", "S37", "G10", "Q35", "Q36", "Q47"),
    )
    inert: ClassVar[dict[str, object]] = {"followed": 0.0, "cost_per_year": 0.0}
    policy: Literal["position_statements"] = "position_statements"
    followed: Share = figure(0.2, "share of private and voluntary plans that go where statements say places are short")
    counts: Literal["placed", "wanted"] = figure(
        "wanted", "`wanted`: children in homes elsewhere or without one, less those whom fostering would suit; "
        "`placed`: all for whom a home was bought, wherever it is",
    )  # fmt: skip
    footprint: Literal["authority", "region"] = figure("authority", "whose children a forecast is made of")
    error: Ratio = figure(2.0, "error of a forecast over that of the luck of its numbers, 1/sqrt(children)")
    cost_per_year: PoundsPerYear = figure(20_000.0, "cost of a statement a year to each authority")

    def openings(self, market: Market, on: InForce) -> Floats | None:
        """Those who follow plan in proportion to shortage; averaged over members' areas, plans stay as many."""
        if not on.member.any():
            return None
        areas, homes, expects = len(market.authorities), market.homes, market.scenario.providers
        there = homes.in_market(market.week)
        places = np.bincount(homes.authority[there], homes.places[there], areas) + expects.opening_places
        short = self._forecast(market) / places  # with the one that would be planned: none there isn't endless
        factor = np.ones((len(SECTORS), areas))
        for sector in (PRIVATE, VOLUNTARY):
            plans = self._plans(market, sector) * on.member
            mean = float(plans @ short) / max(float(plans.sum()), 1e-9)
            if mean > 0:
                by_need = np.minimum(short / mean, MOST)
                factor[sector] = np.where(on.member, 1.0 + self.followed * (by_need - 1.0), 1.0)
        return factor

    def spends(self, market: Market, on: InForce) -> Spending:
        """The statements, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))

    def _forecast(self, market: Market) -> Floats:
        """What each area says that it needs, by luck of the area and the year."""
        areas, week = market.authorities, market.week
        number = by_area.in_need(market)
        if self.footprint == "region":
            number = np.bincount(areas.region, number)[areas.region].astype(np.float64)
        year = market.calendar.number("financial_year", week)
        luck = SPREAD * (2.0 * uniform(market.seed, "error of a forecast", areas.key, year) - 1.0)
        said = 1.0 + self.error * luck / np.sqrt(np.maximum(number, 1.0))
        of_fact = by_area.placed(market) if self.counts == "placed" else by_area.unmet_need(market, of_fostering=False)
        return of_fact * np.maximum(said, 0.0)

    @staticmethod
    def _plans(market: Market, sector: int) -> Floats:
        """By area how many of a sector's plans look there, what they would bring aside: where its homes are, and a few
        private ones where children come from."""
        homes, areas = market.homes, market.authorities
        of_sector = homes.is_open(market.week) & (homes.sector == sector)
        number = np.bincount(homes.authority[of_sector], minlength=len(areas)).astype(np.float64)
        new = market.scenario.providers.newcomers if sector == PRIVATE else 0.0
        return np.asarray((1 - new) * number + new * number.sum() * areas.share_of_children)
