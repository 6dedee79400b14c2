"""What a quarter brought each seat: one number and some words, beside what it would have been under the other rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from marketsim.core.columns import Floats
from marketsim.live.side import Side
from marketsim.live.workshop.seats import Seat
from marketsim.market import costs
from marketsim.market.market import Market

Sums = tuple[Floats, Floats]  # of the first market, and of the room's


@dataclass
class Quarter:
    """Sums over weeks: by authority what is counted (`names` of columns), by provider what its homes earned (GBP)."""

    names: Sequence[str]
    areas: Sequence[str]
    providers: Sequence[int]  # by rank, the number of the provider
    counted: Sums
    earned: Sums
    weeks: int = 0

    @classmethod
    def begun(cls, sides: tuple[Side, Side]) -> Quarter:
        """Nothing yet."""
        model = sides[0].model
        table = (len(model.market.authorities), len(model.recorder.names))
        ranked = model.market.ranked_providers.tolist()
        return cls(model.recorder.names, model.market.authorities.name, ranked, (np.zeros(table), np.zeros(table)),
                   (np.zeros(len(ranked)), np.zeros(len(ranked))))  # fmt: skip

    def note(self, sides: tuple[Side, Side]) -> None:
        """Another week."""
        self.weeks += 1
        for side, counted, earned in zip(sides, self.counted, self.earned, strict=True):
            of = [side.model.recorder.names.index(name) for name in self.names]  # b may have more columns than a
            counted += side.model.recorder.week[:, of]
            earned += _earned(side)[list(self.providers)]

    def of(self, seat: Seat, members: Sequence[str]) -> dict[str, Any] | None:
        """The number of a seat: `label`, `unit`, its `value` in the room and `without` under the other rules, and
        sentences; None before a week is over."""
        if self.weeks == 0:
            return None
        if seat.kind == "provider":
            without, value = (float(one[seat.number - 1]) / self.weeks for one in self.earned)
            return {"label": "Your homes earned a week", "unit": "GBP", "value": round(value),
                    "without": round(without), "words": []}  # fmt: skip
        areas = [seat.area] if seat.kind == "authority" else members or list(self.areas)
        rows = [list(self.areas).index(area) for area in areas]
        without, value = (float(self._mean(one, rows, "spend")) for one in self.counted)
        label = {"authority": "You spent a week"}.get(seat.kind, "Members spent a week" if members else
                                                      "All authorities spent a week")  # fmt: skip
        return {"label": label, "unit": "GBP", "value": round(value), "without": round(without),
                "words": self._words(rows)}  # fmt: skip

    def _mean(self, counted: Floats, rows: Sequence[int], name: str) -> float:
        return float(counted[list(rows), list(self.names).index(name)].sum()) / self.weeks

    def _words(self, rows: Sequence[int]) -> list[str]:
        """How children fared, in the room and under the other rules."""
        told = []
        for name, words in (("children_placed", "children lived in homes"), ("out_of_area", "of them out of area"),
                            ("children_unregistered", "were in unregistered settings")):  # fmt: skip
            without, value = (self._mean(one, rows, name) for one in self.counted)
            told.append(f"{value:,.1f} {words} ({without:,.1f} under the other rules).")
        return told


def main_areas(market: Market) -> list[str]:
    """For each private provider, by rank, the authority in whose area it has most homes."""
    homes, areas = market.homes, market.authorities
    of = [homes.authority[homes.provider == provider] for provider in market.ranked_providers]
    return [areas.name[int(np.bincount(rows).argmax())] for rows in of]


def _earned(side: Side) -> Floats:
    """By provider what its homes took in this week less what they cost (GBP)."""
    model, market = side.model, side.model.market
    due = model.census.due
    revenue, cost = costs.books(market, due.received, due.needs, due.extra)
    net = (revenue - cost) * market.homes.in_market(market.week)
    earned = np.bincount(market.homes.provider, weights=net, minlength=int(market.homes.provider.max()) + 1)
    return earned.astype(np.float64)
