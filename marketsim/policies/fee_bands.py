"""National fee bands: a least and a most fee for each need band, dearer where houses are."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from marketsim.core.columns import Floats
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies.policy import FeeLimits, InForce, Policy, figure
from marketsim.scenario.errors import LocatedError
from marketsim.scenario.levers import About, Lever
from marketsim.scenario.sections.base import PoundsByNeed, Share


class FeeBands(Policy):
    """What independent homes in the areas named ask lies within the band of the child's need; who plans a home there
    knows it."""

    name: ClassVar[str] = "fee_bands"
    about: ClassVar[About] = About(
        tried="proposed",
        who="CCN/IMPOWER 2024: a default range by need and provision with regional adjustment; need scored against fee "
        "in four areas (539 children, 51% without severe or complex need)",
        claimed="cost follows need and value shows; a floor raises cheap fees, a ceiling can keep homes from opening",
        sure="nobody has set the amounts: the bands are assumptions, near running cost and the last resort",
        rows=("B21", "B22", "Q15"),
    )
    inert: ClassVar[dict[str, object]] = {
        "least": {"standard": 0.0, "complex": 0.0, "severe": 0.0},
        "most": {"standard": 100_000.0, "complex": 100_000.0, "severe": 100_000.0},
        "regional_share": 0.0,
    }
    policy: Literal["fee_bands"] = "fee_bands"
    least: PoundsByNeed = figure(
        PoundsByNeed(standard=3_500.0, complex=4_000.0, severe=5_000.0), "least weekly fee by need band"
    )
    most: PoundsByNeed = figure(
        PoundsByNeed(standard=5_000.0, complex=5_500.0, severe=7_000.0), "most weekly fee by need band"
    )
    regional_share: Share = figure(
        0.1, "how far the bands follow house prices: a power of the area's over the middle one (0: not, 1: fully)"
    )

    @model_validator(mode="after")
    def _bands_fit(self) -> FeeBands:
        most = vars(self.most)
        for band, least in vars(self.least).items():
            if least > most[band]:
                raise LocatedError(("least", band), f"is above the most, {most[band]:g}", beside=("most", band))
        return self

    def fee_limits(self, market: Market, on: InForce) -> FeeLimits:
        """By home and need band."""
        homes, level = market.homes, self._level(market)[market.homes.authority, None]
        bound = (on.member[homes.authority] & (homes.sector != LOCAL_AUTHORITY))[:, None]
        least, most = self.least.array() * level, self.most.array() * level
        return FeeLimits(np.where(bound, least, 0.0), np.where(bound, most, np.inf))

    def fee_limits_at(self, market: Market, on: InForce, cost: Floats) -> FeeLimits:
        """By area for a mean child."""
        level = self._level(market)
        least, most = (side.array() @ market.need_shares * level for side in (self.least, self.most))
        return FeeLimits(np.where(on.member, least, 0.0)[:, None], np.where(on.member, most, np.inf)[:, None])

    def contradicts(self, other: Lever) -> str:
        """Two sets of bands say two things of one fee."""
        return "both say between what fees must lie" if isinstance(other, FeeBands) else ""

    def _level(self, market: Market) -> Floats:
        """The bands of each area in today's money over those of the scenario."""
        price = market.authorities.house_price
        return np.asarray(market.cost_index * (price / np.median(price)) ** self.regional_share)
