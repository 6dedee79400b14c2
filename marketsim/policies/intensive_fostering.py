"""Intensive fostering: trained and well-paid carers look after children who would live in a home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Ints, Keys
from marketsim.core.streams import uniform
from marketsim.market.children import Newcomers
from marketsim.market.market import Market
from marketsim.policies.elsewhere import MEAN_STAY, begin_new, in_homes, living, step_down
from marketsim.policies.policy import InForce, Leaving, Policy, Spending, figure
from marketsim.policies.remembering import a_week, first_in_line, weeks_in_force
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, MeanWeeks, Pounds, PoundsPerYear, Share, ShareByNeed, Weeks

NEW, FROM_HOMES = "children who never lived in a home", "children from homes"


class IntensiveFostering(Policy):
    """Each authority recruits carers, a child each: children who would newly need a home live with them, and every
    month others step down from homes. With the engine's newcomers nobody can come back: one whose placement will break
    down looks for a home at once, and its carer is paid until then all the same."""

    name: ClassVar[str] = "intensive_fostering"
    about: ClassVar[About] = About(
        tried="tried",
        who="Hertfordshire: 52,000 GBP a year a child, 239,557 saved. Proposed: salaries of 35,000 to 65,000; pilots "
        "pay three or four times the standard fee (DfE/Mutual Ventures 2024)",
        claimed="far cheaper than a home; most authorities shun it for what neighbours and ordinary carers would say",
        sure="one authority's own account. Assumed: how many carers can be found, whom they suit, how often it fails",
        rows=("E7", "E8", "E9", "P40", "P41", "P42", "Q81"),
    )
    inert: ClassVar[dict[str, object]] = {"carers": 0}
    policy: Literal["intensive_fostering"] = "intensive_fostering"
    carers: Count = figure(10, "carers of an authority once all are recruited, a child each")
    recruited_over_weeks: Weeks = figure(104, "weeks over which they are recruited, evenly")
    recruiting_cost: Pounds = figure(10_000.0, "cost of finding and training a carer")
    cost_per_year: PoundsPerYear = figure(
        52_000.0, "pay and support a child, while it lives there", "measured",
        "52,000 GBP a year a child in Hertfordshire (DfE/Mutual Ventures 2024)",
    )  # fmt: skip
    suits: ShareByNeed = figure(
        ShareByNeed(standard=0.5, complex=0.3, severe=0.0),
        "share of children who can live with such a carer, by need band",
    )
    step_down_share: Share = figure(0.5, "most of the carers who look after children from homes (share)")
    least_weeks: Weeks = figure(26, "weeks that a child lives in a home before it steps down")
    stay_mean_weeks: MeanWeeks = figure(
        80.0, "mean stay of children who never lived in a home: a stay in a home and those that follow breakdowns"
    )
    breaks_down: Share = figure(0.2, "share of placements that fail, after which the child needs a home")
    weeks_after_breakdown: Weeks = figure(
        63, "weeks of a carer on top where the stay in the home would have broken down", "measured", MEAN_STAY
    )

    def leaves(self, market: Market, on: InForce) -> Leaving | None:
        """Who has lived in a home for longest goes first."""
        if not market.ends("month") or not on.member.any():
            return None
        children, rows = market.children, in_homes(market, on, self.least_weeks)
        rows = rows[self._suited(market, children.key[rows], children.band[rows])]
        of_homes = living(market, on, FROM_HOMES)
        room = np.floor(self.step_down_share * self._recruited(market, on)).astype(np.int64) - of_homes
        room = np.minimum(room, self._room(market, on))
        rows = rows[first_in_line(children.authority[rows], room, children.since[rows], children.key[rows])]
        return step_down(market, on, FROM_HOMES, rows, self.breaks_down, self.weeks_after_breakdown)

    def needs_no_home(self, market: Market, on: InForce, newcomers: Newcomers) -> Bools | None:
        """By luck of the child, as far as there are carers."""
        key, authority = newcomers.key, newcomers.authority
        suited = np.flatnonzero(on.member[authority] & self._suited(market, key, newcomers.band))
        chosen = suited[first_in_line(authority[suited], self._room(market, on), key[suited])]
        if len(chosen) == 0:
            return None
        fails = begin_new(
            market, on, NEW, key[chosen], authority[chosen], self.stay_mean_weeks, self.breaks_down
        )  # fmt: skip
        found = np.zeros(len(key), dtype=np.bool_)
        found[chosen[~fails]] = True
        return found

    def spends(self, market: Market, on: InForce) -> Spending:
        """Carers who look after a child, and what it cost to find the new ones."""
        recruited, before = self._recruited(market, on), on.memory.get("recruited", 0)
        on.memory["recruited"] = most = np.maximum(recruited, before)
        pounds = self._children(market, on) * a_week(market, self.cost_per_year)
        return Spending(running=pounds + (most - before) * self.recruiting_cost * market.cost_index)

    def _suited(self, market: Market, key: Keys, band: Ints) -> Bools:
        return uniform(market.seed, "suited to a trained carer", key) < self.suits.array()[band]

    def _recruited(self, market: Market, on: InForce) -> Ints:
        """Carers of each authority by now."""
        gone = (weeks_in_force(market, on) + 1) / max(self.recruited_over_weeks, 1)
        return np.where(on.member, np.floor(self.carers * np.clip(gone, 0.0, 1.0)), 0.0).astype(np.int64)

    def _children(self, market: Market, on: InForce) -> Ints:
        return living(market, on, NEW) + living(market, on, FROM_HOMES)

    def _room(self, market: Market, on: InForce) -> Ints:
        return self._recruited(market, on) - self._children(market, on)
