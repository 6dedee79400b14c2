"""Gather what all arrangements may ask for into the flat arrays that the compiled placing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from marketsim.agents.provider import readiness
from marketsim.children import OPEN_PLACE
from marketsim.columns import Bools, Floats, Ints
from marketsim.homes import LOCAL_AUTHORITY
from marketsim.placing import NO_ROUTE, Panels
from marketsim.purchasing.arrangement import Arrangement, Lots, Market, no_lots
from marketsim.streams import second_keys

LARGE = 200  # lots above which a search goes by areas instead of reading all


class PanelBook:
    """The lots of every arrangement, asked for again only when they may have changed, and the panels made of them.

    To be made anew when the arrangements are others.
    """

    def __init__(self, market: Market, ended: Collection[int] = ()) -> None:
        self._market, self._ended = market, frozenset(ended)
        self._lots = [no_lots() for _ in market.arrangements]
        self._terms = _terms(market.arrangements)
        self._stale = set(range(len(market.arrangements)))
        self._panels: Panels | None = None
        self._homes = 0  # pools are numbered behind the homes there are

    def refresh(self, arrangements: Iterable[Arrangement]) -> None:
        """Before the next search ask the rules of some arrangements again."""
        self._stale.update(arrangement.number for arrangement in arrangements)

    def refresh_fees(self) -> None:
        """Fees have been revised: ask the rules that follow the open market."""
        self.refresh(a for a in self._market.arrangements if a.rule.follows_market)

    def refresh_opened(self, opened: Ints) -> None:
        """Homes have opened: ask the rules that follow the open market, and authorities' own with a new own home."""
        homes = self._market.homes
        with_own = np.zeros(len(self._market.authorities), dtype=np.bool_)
        with_own[homes.authority[opened[homes.sector[opened] == LOCAL_AUTHORITY]]] = True
        self.refresh(a for a in self._market.arrangements if a.rule.follows_market or with_own[a.members].any())

    def refresh_closed(self, closed: Ints) -> None:
        """Homes have closed: ask the rules that could still send referrals there."""
        gone = np.zeros(len(self._market.homes), dtype=np.bool_)
        gone[closed] = True
        self.refresh(a for a in self._market.arrangements if gone[self._lots[a.number].home].any())

    def refresh_all(self) -> None:
        """Costs have changed: ask all rules."""
        self.refresh(self._market.arrangements)

    @property
    def panels(self) -> Panels:
        """What the placing reads, up to date."""
        if self._stale or self._panels is None or self._homes != len(self._market.homes):
            self._ask([self._market.arrangements[number] for number in sorted(self._stale)])
            self._homes = len(self._market.homes)
            self._panels = _make_panels(self._market, self._lots, self._terms)
        return self._panels

    def _ask(self, arrangements: list[Arrangement]) -> None:
        """Ask rules for their lots; those that have ended and the cooperatives themselves have none."""
        asked = [a for a in arrangements if a.number not in self._ended and not a.inner]
        for arrangement in arrangements:
            self._lots[arrangement.number] = no_lots()
        for arrangement, lots in zip(asked, _sorted_lots(self._market, asked), strict=True):
            self._lots[arrangement.number] = lots
        self._stale.clear()


class Terms(NamedTuple):
    """What the rules say of their reach, by arrangement: see `Panels`."""

    miles_at_first: Floats
    miles_at_last: Floats
    limit_at_first: Floats
    limited: Bools
    checks_rating: Bools


def _terms(arrangements: Sequence[Arrangement]) -> Terms:
    reaches = [arrangement.rule.reach() for arrangement in arrangements]
    limits = [reach.fee_limit_at_first for reach in reaches]
    return Terms(
        miles_at_first=np.array([reach.miles_at_first for reach in reaches], dtype=np.float64),
        miles_at_last=np.array([reach.miles_at_last for reach in reaches], dtype=np.float64),
        limit_at_first=np.array([0.0 if limit is None else limit for limit in limits], dtype=np.float64),
        limited=np.array([limit is not None for limit in limits], dtype=np.bool_),
        checks_rating=np.array([not reach.any_rating for reach in reaches], dtype=np.bool_),
    )


def _make_panels(market: Market, lots: list[Lots], terms: Terms) -> Panels:
    """The lots of all arrangements, one after the other, each sorted by the area in which its homes stand."""
    sizes = np.array([len(one.home) for one in lots], dtype=np.int64)
    last = np.cumsum(sizes)
    first = last - sizes
    home = np.concatenate([one.home for one in lots])
    holding = np.concatenate([one.holding for one in lots])
    areas, area_first, area_least_fee = _area_tables(market, lots, first)
    return Panels(
        pool=np.where(holding == OPEN_PLACE, home, len(market.homes) + holding),
        home=home,
        key=second_keys(market.homes.key[home]),
        x=market.homes.x[home],
        y=market.homes.y[home],
        fee=np.concatenate([one.fee for one in lots]),
        eager=np.concatenate([one.eager for one in lots]),
        first=first,
        last=last,
        areas=areas,
        area_first=area_first,
        area_least_fee=area_least_fee,
        least_fee=area_least_fee.min(axis=1),
        least_acceptance=np.array([one.least_acceptance for one in lots]),
        **terms._asdict(),
    )


def _sorted_lots(market: Market, arrangements: Sequence[Arrangement]) -> list[Lots]:
    """What the rules of some arrangements offer, each sorted by the area in which its homes stand.

    All in one go: there are hundreds of small arrangements.
    """
    if not arrangements:
        return []
    asked = [arrangement.rule.lots(market, arrangement) for arrangement in arrangements]
    sizes = [len(one.home) for one in asked]
    home, fee = np.concatenate([one.home for one in asked]), np.concatenate([one.fee for one in asked])
    holding = np.concatenate([one.holding for one in asked])
    eager = np.concatenate([one.eager for one in asked]) * readiness(market, home, fee)
    order = np.lexsort((market.homes.authority[home], np.repeat(np.arange(len(asked)), sizes)))
    ends = np.cumsum(sizes)[:-1]
    columns = (np.split(column[order], ends) for column in (home, holding, fee, eager))
    least = [one.least_acceptance for one in asked]
    return [Lots(*one) for one in zip(*columns, least, strict=True)]


def _area_tables(market: Market, lots: list[Lots], first: Ints) -> tuple[Ints, Ints, Floats]:
    """Lot offsets and least fees by area, for the arrangements with many lots."""
    count = len(market.authorities)
    large = [number for number, one in enumerate(lots) if len(one.home) > LARGE]
    areas = np.full(len(lots), NO_ROUTE)
    area_first = np.zeros((len(large), count + 1), dtype=np.int64)
    area_least_fee = np.full((len(large), count, 3), np.inf)
    for row, number in enumerate(large):
        areas[number] = row
        host = market.homes.authority[lots[number].home]
        area_first[row] = first[number] + np.searchsorted(host, np.arange(count + 1))
        first_of_area = np.flatnonzero(np.diff(host, prepend=-1))
        area_least_fee[row, host[first_of_area]] = np.minimum.reduceat(lots[number].fee, first_of_area, axis=0)
    return areas, area_first, area_least_fee
