"""Payment by outcome: homes get a sum for each child who moves on as planned, and work towards it."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import OPEN_PLACE, PLANNED
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Pounds, Ratio, Weeks


class OutcomePay(Policy):
    """Members pay independent homes for every placement that ends as planned; homes prepare the move, so that stays
    are shorter and fewer break down, the more the payment is in weeks of the fee."""

    name: ClassVar[str] = "outcome_pay"
    about: ClassVar[About] = About(
        tried="proposed",
        who="proposed by authorities (LGA/OPM 2013, CCN/IMPOWER 2024): pay for reduced need, step-down, moving on",
        claimed="today's contracts reward neither; providers lack a reason to support the onward move",
        sure="never tried: what homes do for the payment is an assumption, and with none of it only the cost is left",
        rows=("A40", "A42"),
    )
    inert: ClassVar[dict[str, object]] = {"payment": 0.0}
    policy: Literal["outcome_pay"] = "outcome_pay"
    payment: Pounds = figure(10_000.0, "paid for a placement that ends as planned")
    weeks_sooner: Weeks = figure(3, "weeks by which a planned move comes sooner for a payment of ten weeks' fees")
    fewer_breakdowns: Ratio = figure(0.9, "breakdowns over the usual for a payment of ten weeks' fees")

    def extra_weeks(self, market: Market, on: InForce, rows: Ints) -> Ints | None:
        """Planned moves come sooner, in proportion to the payment, up to that for twenty weeks' fees."""
        sooner = np.rint(self.weeks_sooner * self._strength(market, on, rows)).astype(np.int64)
        return -sooner

    def breakdown_factor(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """Breakdowns become rarer likewise."""
        return np.asarray(self.fewer_breakdowns ** self._strength(market, on, rows))

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """The payments for placements that ended as planned this week, to the homes."""
        records, areas, homes = market.records, len(on.member), market.homes
        ended = np.flatnonzero((records.end_week == market.week) & (records.end_reason == PLANNED))
        ended = ended[on.member[records.child_authority[ended]]]
        ended = ended[homes.sector[records.home[ended]] != LOCAL_AUTHORITY]
        if len(ended) == 0:
            return None
        pounds = self.payment * market.cost_index
        of_area, of_home = (
            np.bincount(rows, minlength=count).astype(np.float64)
            for rows, count in ((records.child_authority[ended], areas), (records.home[ended], len(homes)))
        )
        return Spending(running=of_area * pounds, to_homes=of_home * pounds)

    def _strength(self, market: Market, on: InForce, rows: Ints) -> Floats:
        """The payment over ten weeks of the child's fee, up to 2; 0 for others' children and in own homes."""
        children = market.children
        fee = np.maximum(children.fee[rows], 1.0)
        own = market.homes.sector[children.home[rows]] == LOCAL_AUTHORITY
        mine = on.member[children.authority[rows]] & ~own & (children.holding[rows] >= OPEN_PLACE)
        return np.where(mine, np.minimum(self.payment * market.cost_index / (10 * fee), 2.0), 0.0)
