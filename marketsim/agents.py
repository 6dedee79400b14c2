"""Authorities, providers and children as Mesa agents: windows on their rows of the market's columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import mesa
import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import BANDS, GONE, PLACED
from marketsim.market.homes import SECTORS
from marketsim.market.market import Market
from marketsim.purchasing.orders import Orders

NOBODY = -1


class Authority(mesa.Agent):
    """One authority; `row` is its row of the authority columns."""

    def __init__(self, model: Any, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def name(self) -> str:
        """The authority's name."""
        return _market(self).authorities.name[self.row]

    @property
    def expected_fee(self) -> Floats:
        """Weekly fee that it expects to pay, by need band (GBP/week)."""
        return np.asarray(_market(self).authorities.expected_fee[self.row])

    @property
    def order(self) -> list[str]:
        """Names of the arrangements that it tries, in order."""
        orders: Orders = self.model.orders
        return [orders.arrangements[number].name for number in orders.stages[self.row] if number >= 0]

    @property
    def children(self) -> Ints:
        """Rows of the children in need whose home authority it is."""
        children = _market(self).children
        return np.flatnonzero((children.authority == self.row) & (children.state != GONE))

    @property
    def held(self) -> dict[str, int]:
        """Places held in homes that can still be used, by the name of the arrangement that it buys through."""
        holdings, orders = _market(self).holdings, self.model.orders
        places = np.bincount(holdings.arrangement, weights=holdings.places * holdings.running, minlength=1)
        mine = [a for a in orders.arrangements if self.row in a.members and a.number < len(places)]
        return {a.name: int(places[a.number]) for a in mine if places[a.number] > 0}


class Provider(mesa.Agent):
    """One organisation; its homes are rows of the home columns. Providers numbered below the count of authorities
    are the authorities as providers of their own homes."""

    def __init__(self, model: Any, number: int) -> None:
        super().__init__(model)
        self.number = number

    @property
    def homes(self) -> Ints:
        """Rows of its open homes."""
        market = _market(self)
        return np.flatnonzero((market.homes.provider == self.number) & market.homes.is_open(market.week))

    @property
    def sector(self) -> str | None:
        """`private`, `voluntary`, `local_authority` or `health`; None without homes."""
        rows = self.homes
        return SECTORS[_market(self).homes.sector[rows[0]]] if len(rows) else None

    @property
    def received(self) -> float:
        """What it got last week (GBP)."""
        received = self.model.ledger.received
        return float(received[self.number]) if self.number < len(received) else 0.0


class Child(mesa.Agent):
    """One child, from the week of need to the week of leaving; `row` is its row of the children's columns."""

    def __init__(self, model: Any, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def need_band(self) -> str:
        """`standard`, `complex` or `severe`."""
        return BANDS[_market(self).children.band[self.row]]

    @property
    def home(self) -> int | None:
        """Row of the home in which the child lives, if placed."""
        children = _market(self).children
        return int(children.home[self.row]) if children.state[self.row] == PLACED else None

    @property
    def fee(self) -> float | None:
        """What the placement costs (GBP/week), if placed."""
        return None if self.home is None else float(_market(self).children.fee[self.row])

    @property
    def answers(self) -> dict[str, int] | None:
        """Of this week's search: `asked` are homes with a free place that got the referral, `offered` those of them
        with an offer that could be accepted, `declined` the others; None for a child who did not search."""
        rows, asked, offered = self.model.shop.asked
        for search in np.flatnonzero(rows == self.row).tolist():
            counts = int(asked[search]), int(offered[search])
            return {"asked": counts[0], "offered": counts[1], "declined": counts[0] - counts[1]}
        return None


class ChildAgents(Mapping[int, Child]):
    """The children in the model as Mesa agents, by row.

    Registering an agent with Mesa costs as much as placing the child, and most come and go without anybody looking at
    them: so who has come since the last look is registered, and who has left taken out, when somebody looks.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._agents: dict[int, Child] = {}
        self._numbers = np.zeros(0, dtype=np.int64)

    def catch_up(self) -> dict[int, Child]:
        """Register and take out; returns the agents by row."""
        children = self._model.market.children
        now = np.where(children.state == GONE, NOBODY, children.number)
        before = np.full(len(now), NOBODY)
        before[: len(self._numbers)] = self._numbers
        for row in np.flatnonzero(before != now).tolist():
            if before[row] != NOBODY:
                self._agents.pop(row).remove()
            if now[row] != NOBODY:
                self._agents[row] = Child(self._model, row)
        self._numbers = now
        return self._agents

    def __getitem__(self, row: int) -> Child:
        return self.catch_up()[row]

    def __iter__(self) -> Iterator[int]:
        return iter(self.catch_up())

    def __len__(self) -> int:
        return len(self.catch_up())


def _market(agent: mesa.Agent) -> Market:
    market: Market = agent.model.market
    return market
