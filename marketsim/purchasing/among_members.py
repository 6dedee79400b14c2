"""What members of a cooperative do among themselves: withhold own homes, vote, pay from one pot, join and leave."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import PLACED, UNREGISTERED, WAITING
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.market.vacancies import free_since
from marketsim.purchasing.arrangement import NOT_SAID, Arrangement

VACANCIES = "vacancies"  # what an arrangement remembers of them


def scarcity(market: Market, arrangement: Arrangement) -> float:
    """Members' children without a home, over these and the empty places in members' areas (0-1)."""
    children, homes, member = market.children, market.homes, _are_members(market, arrangement)
    unplaced = (children.state == WAITING) | (children.state == UNREGISTERED)
    without = int((unplaced & member[children.authority]).sum())
    empty = int(market.free()[member[homes.authority] & homes.in_market(market.week)].sum())
    return without / (without + empty) if without else 0.0


def own_homes_kept(market: Market, arrangement: Arrangement, share: float, weeks: int) -> Bools:
    """By home: True for members' own homes that are kept for the owner's children, so many of them (the same first at
    any share), and for those all of whose free places fell free within the last `weeks`."""
    homes, free = market.homes, market.free()
    own = (homes.sector == LOCAL_AUTHORITY) & _are_members(market, arrangement)[homes.authority]
    always = uniform(market.seed, "kept for own children", homes.key) < share
    fresh = np.zeros(len(homes), dtype=np.bool_)
    if weeks:
        seen = arrangement.memory.setdefault(VACANCIES, {})
        fresh = (free > 0) & (market.week - free_since(seen, free, market.week) < weeks)
    return np.asarray(own & (always | fresh))


def share_in_favour(market: Market, arrangement: Arrangement, inner: Arrangement, rise: float) -> float:
    """Share of the members that vote for a rise of the fees agreed in an arrangement: those who expect to pay at least
    as much for a child elsewhere as they would then, so that homes which leave would cost them more (own rule)."""
    agreed = float(inner.ceilings @ market.need_shares) or _mean_held_fee(market, inner)
    expected = market.authorities.expected_fee[arrangement.members] @ market.need_shares
    return float((agreed * (1 + rise) <= expected).mean())


def into_the_pot(market: Market, arrangement: Arrangement) -> Floats:
    """What each member would pay into a common pot for the fees of children whom the cooperative placed, less what the
    pot pays for its own (GBP this week by authority)."""
    children, members = market.children, arrangement.members
    rows = np.flatnonzero((children.state == PLACED) & np.isin(children.arrangement, arrangement.inner))
    fees = children.fee[rows] + children.beside_fee[rows]
    own = np.bincount(children.authority[rows], weights=fees, minlength=len(market.authorities))[members]
    pounds = np.zeros(len(market.authorities))
    pounds[members] = arrangement.shares * own.sum() - own
    return pounds


def joining_fees(market: Market, arrangement: Arrangement, fee: float) -> Floats:
    """Who has just joined pays so much (GBP, in today's money), to the others in equal parts (GBP by authority)."""
    pounds = np.zeros(len(market.authorities))
    others = arrangement.members[~np.isin(arrangement.members, arrangement.joined)]
    if len(others):
        pounds[arrangement.joined] = fee * market.cost_index
        pounds[others] = -fee * market.cost_index * len(arrangement.joined) / len(others)
    return pounds


def bind_leavers(market: Market, arrangement: Arrangement, notice_weeks: int) -> None:
    """Who has just left pays for so many weeks more; those who left before have served their notice or go on."""
    leavers = arrangement.leavers
    leavers.until = np.where(leavers.until == NOT_SAID, market.week + notice_weeks, leavers.until)
    leavers.keep(leavers.until > market.week)


def _mean_held_fee(market: Market, inner: Arrangement) -> float:
    holdings, rows = market.holdings, inner.holdings_of(market)
    places: Ints = holdings.places[rows]
    return float(holdings.fee[rows] @ places / places.sum()) if places.sum() else 0.0


def _are_members(market: Market, arrangement: Arrangement) -> Bools:
    member = np.zeros(len(market.authorities), dtype=np.bool_)
    member[arrangement.members] = True
    return member
