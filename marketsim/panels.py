"""Gather what all arrangements may ask for into the flat arrays that the compiled placing reads."""

from __future__ import annotations

import numpy as np

from marketsim.children import OPEN_PLACE
from marketsim.columns import Floats, Ints
from marketsim.placing import NO_ROUTE, Panels
from marketsim.purchasing.arrangement import Arrangement, Lots, Market, no_lots
from marketsim.purchasing.rule import Reach

LARGE = 200  # lots above which a search goes by areas instead of reading all


def make_panels(market: Market) -> Panels:
    """The lots of all arrangements, one after the other, each sorted by the area in which its homes stand."""
    lots = [_sorted_lots(market, arrangement) for arrangement in market.arrangements]
    sizes = np.array([len(one.home) for one in lots], dtype=np.int64)
    last = np.cumsum(sizes)
    first = last - sizes
    home = _joined([one.home for one in lots])
    holding = _joined([one.holding for one in lots])
    fee = np.concatenate([one.fee for one in lots]) if lots else np.zeros((0, 3))
    areas, area_first, area_least_fee = _area_tables(market, lots, first)
    reaches = [arrangement.rule.reach() for arrangement in market.arrangements]
    limits = [reach.fee_limit_at_first for reach in reaches]
    return Panels(
        pool=np.where(holding == OPEN_PLACE, home, len(market.homes) + holding),
        home=home,
        fee=fee,
        eager=np.concatenate([one.eager for one in lots]) if lots else np.zeros((0, 3)),
        first=first,
        last=last,
        areas=areas,
        area_first=area_first,
        area_least_fee=area_least_fee,
        least_fee=np.array([_least(one.fee) for one in lots]).reshape(-1, 3),
        least_acceptance=np.array([one.least_acceptance for one in lots]).reshape(-1, 3),
        miles_at_first=_numbers([_reach(reach)[0] for reach in reaches]),
        miles_at_last=_numbers([_reach(reach)[1] for reach in reaches]),
        limit_at_first=_numbers([0.0 if limit is None else limit for limit in limits]),
        limited=np.array([limit is not None for limit in limits], dtype=np.bool_),
    )


def _sorted_lots(market: Market, arrangement: Arrangement) -> Lots:
    if arrangement.inner:
        return no_lots()
    lots = arrangement.rule.lots(market, arrangement)
    order = np.argsort(market.homes.authority[lots.home], kind="stable")
    return Lots(lots.home[order], lots.holding[order], lots.fee[order], lots.eager[order], lots.least_acceptance)


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
        np.minimum.at(area_least_fee[row], host, lots[number].fee)
    return areas, area_first, area_least_fee


def _least(fees: Floats) -> Floats:
    return fees.min(axis=0) if len(fees) else np.full(3, np.inf)


def _reach(reach: Reach) -> tuple[float, float]:
    return reach.miles_at_first, reach.miles_at_last


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _numbers(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)
