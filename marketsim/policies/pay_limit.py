"""What authorities are ready to pay at first: more or less than what they would reckon with."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, lever
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import HalfToTwice


class PayLimit(Policy):
    """Members accept at first so much more or less than otherwise; at the deadline what the last resort costs, as
    before."""

    name: ClassVar[str] = "pay_limit"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="happens",
        who="every authority decides it; Lancashire avoids spot providers who charge above what it expects and refuse "
        "talks (DfE/Mutual Ventures 2024)",
        claimed="works only where there are alternatives: several authorities want each place",
        sure="no figures; the limit is whatever the scenario says. Who then gets the place, and what is paid at the "
        "deadline, comes out",
        rows=("B10", "B18", "Q19"),
    )
    inert: ClassVar[dict[str, object]] = {"ready_to_pay": 1.0}
    policy: Literal["pay_limit"] = "pay_limit"
    ready_to_pay: HalfToTwice = lever(1.0, "what is reckoned with, over what it would be; it bounds fees at first")

    def expected_fees(self, market: Market, on: InForce, expected: Floats) -> Floats | None:
        """By authority and band."""
        return np.where(on.member[:, None], expected * self.ready_to_pay, expected)
