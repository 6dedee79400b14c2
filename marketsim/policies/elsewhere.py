"""What policies share that find something else for children than a home: who lives there, until when, who pays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Ints, Keys
from marketsim.core.streams import uniform
from marketsim.market.children import PLACED, PLANNED
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Leaving
from marketsim.policies.remembering import counted

FOSTER_COST = "about 1,000 GBP a week (DfE/Mutual Ventures 2024)"
MEAN_STAY = "444 days, mean of the stays that ended (DfE, Children looked after in England 2024)"


class Stays(NamedTuple):
    """Stays elsewhere, one at a position: the child's `key`, the `authority` that pays, the week in which each `began`
    and the first week in which it is over (`until`)."""

    key: Keys
    authority: Ints
    began: Ints
    until: Ints


def begin(market: Market, on: InForce, what: str, key: Keys, authority: Ints, weeks: Ints) -> None:
    """Children live elsewhere from this week on, for so many weeks."""
    new = Stays(key, authority, np.full(len(key), market.week), market.week + weeks)
    before = on.memory.get(what)
    both = new if before is None else Stays._make(np.concatenate(pair) for pair in zip(before, new, strict=True))
    on.memory[what] = both


def begin_new(
    market: Market, on: InForce, what: str, key: Keys, authority: Ints, mean_weeks: float, fails_share: float
) -> Bools:  # fmt: skip
    """Children who never lived in a home live elsewhere for exponential times of this mean; a share of these stays
    fails at some time in them. Returns which will."""
    stay = -mean_weeks * np.log1p(-uniform(market.seed, "stay in place of a home", key))
    fails = uniform(market.seed, "stay in place of a home fails", key) < fails_share
    when = uniform(market.seed, "when a stay in place of a home fails", key)
    weeks = np.ceil(np.where(fails, when * stay, stay)).astype(np.int64)
    begin(market, on, what, key, authority, np.maximum(weeks, 1))
    return np.asarray(fails)


def living(market: Market, on: InForce, what: str) -> Ints:
    """By authority how many live there this week, those of authorities that have left the policy included."""
    stays = on.memory.get(what)
    if stays is None:
        return np.zeros(len(market.authorities), dtype=np.int64)
    if (stays.until <= market.week).any():
        stays = on.memory[what] = Stays._make(column[stays.until > market.week] for column in stays)
    return counted(stays.authority, market)


def in_homes(market: Market, on: InForce, least_weeks: int) -> Ints:
    """Rows of the members' children who have lived in their home for so many weeks, and for whom no other policy has
    found something else this week."""
    children = market.children
    there = (children.state == PLACED) & (market.week - children.since >= least_weeks)
    rows = np.flatnonzero(there & on.member[children.authority])
    for other in market.policies:
        for stays in other.memory.values():
            if isinstance(stays, Stays) and (stays.began == market.week).any():
                rows = rows[~np.isin(children.key[rows], stays.key[stays.began == market.week])]
    return rows


def step_down(
    market: Market, on: InForce, what: str, rows: Ints, comes_back: float, weeks_after_breakdown: int
) -> Leaving:  # fmt: skip
    """Children leave their homes for a family, for as long as the stay would have lasted. Where that would have broken
    down, the child would have needed another home for a while (`weeks_after_breakdown`). A share (`comes_back`) needs a
    home again at some time in these weeks."""
    children, key = market.children, market.children.key[rows]
    weeks = children.end_week[rows] - market.week + weeks_after_breakdown * (children.ends_by[rows] != PLANNED)
    fails = uniform(market.seed, "family placement fails", key, market.week) < comes_back
    when = uniform(market.seed, "when a family placement fails", key, market.week)
    weeks = np.where(fails, 1 + np.floor(when * weeks).astype(np.int64), weeks)
    begin(market, on, what, key, children.authority[rows], weeks)
    return Leaving(rows, np.where(fails, weeks, 0))
