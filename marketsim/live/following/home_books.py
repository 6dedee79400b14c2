"""What a home earns and costs in a week, as it is paid and as its provider's books have it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from marketsim.core.columns import Floats
from marketsim.live.following import wording
from marketsim.market import costs
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.week import paying


class Week(NamedTuple):
    """A week of a home: who lives there, places that are `empty` and could be filled (held by contracts or open),
    `blocked` ones that can't be; and GBP a week: what it gets for residents and places held, and for its own empty
    places from its authority (`fees`), what it gets `besides` (below 0: hands back), its running `cost`, and what it
    asks for a child of middling need."""

    week: int
    residents: int
    empty: int
    blocked: int
    fees: float
    besides: float
    cost: float
    ask: float

    @property
    def income(self) -> float:
        """All that it gets (GBP a week)."""
        return self.fees + self.besides


def week_of(model: MarketModel, home: int) -> Week:
    """The week of a home when purchases are over and nothing is paid yet: what it gets besides isn't known (0)."""
    market, homes = model.market, model.market.homes
    due = model.recorder.census(market).due
    revenue, cost = costs.books(market, due.received, due.needs, due.extra)
    held = _held_empty(market, home)
    empty = int(market.free()[home]) + held
    in_market = bool(homes.in_market(market.week)[home])
    blocked = int(homes.places[home] - homes.occupied[home]) - empty if in_market else 0
    fees = float(revenue[home] + own_empty_places(market)[home])
    return Week(market.week, int(homes.occupied[home]), empty, blocked, fees, 0.0, float(cost[home]),
                float(homes.ask[home]))  # fmt: skip


def own_empty_places(market: Market) -> Floats:
    """What authorities pay this week for the empty places of their own homes, by home (GBP): by the function that pays
    it, as if each home were a provider of its own."""
    homes: Any = market.homes.table  # a table of columns, which is a named tuple
    received = np.zeros(len(market.homes))
    each = homes._replace(provider=np.arange(len(received)))
    paid = np.zeros(len(market.authorities))
    paying.pay_own_empty_places(each, market.free(), costs.prices(market), paid, received)
    return received


def _held_empty(market: Market, home: int) -> int:
    holdings = market.holdings
    return int(holdings.empty()[holdings.home == home].sum())


def series(weeks: list[Week], since: int) -> dict[str, list[float | None]]:
    """Week by week from the one behind `since` on (None: the home is not there yet): residents, places, GBP a week."""
    missing: list[float | None] = [None] * (weeks[0].week - since - 1 if weeks else 0)
    return {
        "residents": [*missing, *(week.residents for week in weeks)],
        "empty_places": [*missing, *(week.empty for week in weeks)],
        "blocked_places": [*missing, *(week.blocked for week in weeks)],
        "income_gbp_a_week": [*missing, *(round(week.income, 2) for week in weeks)],
        "running_cost_gbp_a_week": [*missing, *(round(week.cost, 2) for week in weeks)],
        "asks_gbp_a_week": [*missing, *(round(week.ask, 2) for week in weeks)],
    }


def totals(weeks: list[Week]) -> dict[str, Any]:
    """Sums over the weeks that it was followed."""
    income, cost = sum(week.income for week in weeks), sum(week.cost for week in weeks)
    places = sum(week.residents + week.empty + week.blocked for week in weeks)
    residents, many = sum(week.residents for week in weeks), wording.many(len(weeks), "week")
    return {
        "weeks": len(weeks),
        "income_gbp": round(income, 2),
        "cost_gbp": round(cost, 2),
        "left_gbp": round(income - cost, 2),
        "besides_gbp": round(sum(week.besides for week in weeks), 2),
        "occupied_share": residents / places if places else None,
        "weeks_with_an_empty_place": sum(week.empty > 0 for week in weeks),
        "weeks_without_residents": sum(week.residents == 0 for week in weeks),
        "words": f"It got {wording.pounds(income)} and cost {wording.pounds(cost)} in {many}.",
    }


def runs_of_empty(weeks: list[Week]) -> list[list[Week]]:
    """The weeks with an empty place, those in a row together."""
    runs: list[list[Week]] = []
    for week in weeks:
        if week.empty > 0:
            if runs and runs[-1][-1].week == week.week - 1:
                runs[-1].append(week)
            else:
                runs.append([week])
    return runs


def empty_told(market: Market, run: list[Week]) -> dict[str, Any]:
    """Weeks with an empty place in a row, in words."""
    most = max(week.empty for week in run)
    words = (f"{wording.many(len(run), 'week')} with an empty place, up to {most} at a time, "
             f"to {market.calendar.date(run[-1].week).isoformat()}.")  # fmt: skip
    return {"from_week": run[0].week, "to_week": run[-1].week, "most_empty": most, "words": words}
