"""Benchmarks of reasonable cost: authorities that know what a place costs challenge what is asked above it."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PoundsPerYear, Ratio


class BenchmarkChallenge(Policy):
    """Members accept at first no more than what homes of the country cost, and a reasonable surplus."""

    name: ClassVar[str] = "benchmark_challenge"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="tried",
        who="Lancashire with CareCubed since August 2022 and two years of its own prices; about 70% of authorities use "
        "its module for adults (DfE/Mutual Ventures 2024); cost calculators in some (LGA/OPM 2013)",
        claimed="significant savings by challenge; works only where there are alternatives; calculators were of "
        "doubtful value for money",
        sure="one authority's word; surplus and tolerance are assumptions. Where others pay more, children wait longer "
        "until the deadline; that homes which refuse to talk are not asked again (B18) is not in it",
        rows=("B13", "B14", "B16", "B18", "Q18", "Q19"),
    )
    inert: ClassVar[dict[str, object]] = {"tolerance": 100.0, "cost_per_year": 0.0}
    policy: Literal["benchmark_challenge"] = "benchmark_challenge"
    reasonable_surplus: Ratio = figure(0.1, "surplus over running cost that authorities hold to be reasonable")
    tolerance: Ratio = figure(0.05, "how far above the benchmark a fee is accepted without challenge")
    leeway: Ratio = figure(
        1.25,
        "what is accepted at first over what is reckoned with, by the way of buying (spot: 1.25); a challenge ends it",
    )
    cost_per_year: PoundsPerYear = figure(20_000.0, "cost of the tool and of using it a year to each authority")

    def expected_fees(self, market: Market, on: InForce, expected: Floats) -> Floats | None:
        """So much that with the usual leeway no more is accepted than the benchmark and the tolerance, by band."""
        if not on.member.any():
            return None
        homes = market.homes
        counted = (homes.in_market(market.week) & (homes.sector != LOCAL_AUTHORITY)).astype(np.float64)
        if not counted.any():
            return None
        most = counted @ market.costs / counted.sum() * (1.0 + self.reasonable_surplus) * (1.0 + self.tolerance)
        reckoned = most / max(self.leeway, 1.0)
        return np.where(on.member[:, None], np.minimum(expected, reckoned), expected)

    def spends(self, market: Market, on: InForce) -> Spending:
        """The tool, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))
