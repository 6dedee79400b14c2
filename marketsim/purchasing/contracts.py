"""What block and soft block have in common: choosing homes, agreeing a fee, holding places, giving them back."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.market.census import in_groups
from marketsim.market.children import OPEN_PLACE, PLACED
from marketsim.market.homes import LOCAL_AUTHORITY, Holdings
from marketsim.purchasing.arrangement import Arrangement, LotsOfAll, Market, Together


def contract_fee(market: Market, fill: float, retainer_share: float, certainty_value: float) -> Floats:
    """Weekly fee per home at which a held place brings the provider what the spot market would.

    On the spot a place earns quote x occupancy. Held, it earns fee x (fill + (1 - fill) x retainer share) and costs the
    variable cost of being fuller; the provider gives up `certainty_value` (share of the quote) for certain income.
    Never below cost and floor margin, never above the spot fee.
    """
    providers = market.scenario.providers
    fixed, floor = providers.fixed_cost_share, providers.floor_margin
    paid = fill + (1 - fill) * retainer_share
    occupancy = market.homes.recent_occupancy
    return _contract_fees(market.mean_quote, market.mean_cost, occupancy, fill, paid, certainty_value, fixed, floor)


@compiled
def _contract_fees(
    quotes: Floats, costs: Floats, occupancies: Floats, fill: float, paid: float, certainty: float, fixed: float,
    floor: float,
) -> Floats:  # fmt: skip
    """Fees by home; `paid` is the share of a fee that is paid on average, `fixed` that of the cost which is fixed."""
    fees = np.empty(len(quotes))
    for home in range(len(fees)):
        occupancy = min(max(occupancies[home], 0.0), 1.0)
        variable = (1 - fixed) * costs[home]
        spot_income = quotes[home] * (occupancy - certainty) + variable * (fill - occupancy)
        fees[home] = min(max(spot_income / paid, costs[home] * (1 + floor)), quotes[home])
    return fees


def best_homes(market: Market, arrangement: Arrangement, free: Ints, fees: Floats, radius: float) -> Ints:
    """Independent homes with a free place within the radius, cheapest first, miles counted at their value."""
    per_mile = market.scenario.commissioning.value_per_mile * market.cost_index
    miles, homes = market.miles_from(arrangement.members), market.homes
    home, score = _scored(homes.sector, free, miles, fees, radius, per_mile)
    return np.asarray(home[np.lexsort((homes.key[home], score))])


@compiled
def _scored(
    sector: Ints, free: Ints, miles: Floats, fees: Floats, radius: float, per_mile: float
) -> tuple[Ints, Floats]:
    """Independent homes with a free place within the radius, and the fee of each with its miles (GBP/week)."""
    home, score, count = np.empty(len(free), dtype=np.int64), np.empty(len(free)), 0
    for row in range(len(free)):
        if free[row] > 0 and miles[row] <= radius and sector[row] != LOCAL_AUTHORITY:
            home[count], score[count] = row, fees[row] + per_mile * miles[row]
            count += 1
    return home[:count], score[:count]


def hold(market: Market, arrangement: Arrangement, homes: Ints, places: int, fees: Floats, retainer: float) -> Ints:
    """Hold so many places in each of some homes at their fees, of which `retainer` is the share that is owed for an
    empty one; the rows of the holdings. `fees` are by home (GBP/week)."""
    fee = fees[homes]
    return market.holdings.add(
        len(homes), arrangement=arrangement.number, home=homes, places=places, fee=fee, retainer=retainer * fee,
        running=True,
    )  # fmt: skip


def hold_free_places(
    market: Market, arrangement: Arrangement, wanted: int, per_home: int, fees: Floats, radius: float, retainer: float
) -> int:
    """Hold up to `wanted` free places, at most `per_home` in one home; returns how many could be held.

    `retainer` is the share of the fee that is owed for an empty place.
    """
    held, free = 0, market.free()
    for home in best_homes(market, arrangement, free, fees, radius):
        if held >= wanted:
            break
        places = min(per_home, wanted - held, int(free[home]))
        if places > 0:
            hold(market, arrangement, np.array([home]), places, fees, retainer)
        held += places
    return held


def hold_occupied_places(market: Market, arrangement: Arrangement, wanted: int, fees: Floats, retainer: float) -> int:
    """Put children who already live in independent homes under the contract, nearest first; returns how many."""
    children, homes = market.children, market.homes
    member = np.zeros(len(market.authorities), dtype=np.bool_)
    member[arrangement.members] = True
    own = np.flatnonzero((children.state == PLACED) & member[children.authority])
    own = own[(homes.sector[children.home[own]] != LOCAL_AUTHORITY) & (children.holding[own] == OPEN_PLACE)]
    chosen = own[np.lexsort((children.key[own], children.miles[own]))][:wanted]
    held = children.home[chosen]
    rows = hold(market, arrangement, held, 1, fees, retainer)
    market.holdings.used[rows] = 1
    children.set(chosen, holding=rows, arrangement=arrangement.number, fee=fees[held])
    return len(chosen)


def renew(market: Market, arrangement: Arrangement, fees: Floats, retainer: float) -> int:
    """Agree new fees for the places held; children who live there keep theirs. Returns how many places are held."""
    return _renew(market.holdings.table, arrangement.number, fees, retainer)


@compiled
def _renew(holdings: Holdings, arrangement: int, fees: Floats, retainer: float) -> int:
    """`fees` are by home (GBP/week), `retainer` is the share of it that is owed for an empty place."""
    holdings, held = holdings.columns, 0
    for row in range(len(holdings.home)):
        if holdings.arrangement[row] == arrangement and holdings.places[row] > 0 and holdings.running[row]:
            holdings.fee[row] = fees[holdings.home[row]]
            holdings.retainer[row] = retainer * holdings.fee[row]
            held += holdings.places[row]
    return held


def places_held(market: Market, arrangement: Arrangement) -> int:
    """Places that an arrangement holds now and can still use."""
    holdings = market.holdings
    return int(holdings.places[(holdings.arrangement == arrangement.number) & holdings.running].sum())


def held_lots(market: Market, together: Together, least_acceptance: Floats) -> LotsOfAll:
    """The held places at the agreed fees, the same for every need band."""
    held = _held(market.holdings.table, market.homes.authority, together.numbers, len(market.arrangements))
    return LotsOfAll(*held, np.broadcast_to(least_acceptance, (len(together), 3)))


@compiled
def _held(holdings: Holdings, host: Ints, arrangements: Ints, of_all: int) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """The homes in which some arrangements, of `of_all` in the market, can still use places, those of each sorted by
    their area `host`; the rows of the holdings, the agreed fees by need band (GBP/week), that these leave homes as
    willing as any, and how many they are for each arrangement."""
    holdings, asked = holdings.columns, len(arrangements)
    place_of = np.full(of_all, asked)  # those that are not asked stand behind the others
    place_of[arrangements] = np.arange(asked)
    owner, area = place_of[holdings.arrangement], host[holdings.home]
    rows, begins = in_groups(owner, (holdings.places > 0) & holdings.running, asked + 1)
    rows = rows[: begins[asked]].copy()
    for position in range(len(rows)):
        row, place = rows[position], position
        while place > begins[owner[row]] and area[rows[place - 1]] > area[row]:
            rows[place] = rows[place - 1]
            place -= 1
        rows[place] = row
    fee = np.empty((len(rows), 3))
    for lot in range(len(rows)):
        fee[lot] = holdings.fee[rows[lot]]
    return holdings.home[rows], rows, fee, np.ones((len(rows), 3)), begins[1 : asked + 1] - begins[:asked]


def places_wanted(market: Market, arrangement: Arrangement, share: float, places: int | None) -> int:
    """Places to hold: the number given, or a share of the members' children in homes at the start, rounded."""
    if places is not None:
        return places
    return int(np.floor(share * market.authorities.children[arrangement.members].sum() + 0.5))
