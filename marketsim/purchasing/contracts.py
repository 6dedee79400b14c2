"""What block and soft block have in common: choosing homes, agreeing a fee, holding places, giving them back."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market import inflation
from marketsim.market.children import OPEN_PLACE, PLACED
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.inflation import Uplift
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, PurchasingRule, Reach, Together
from marketsim.scenario.sections.base import Count, Miles, Share, figure, lever


class HeldPlaces(PurchasingRule):
    """A contract that holds places: near its buyers, at an agreed fee that may rise every April, and that may open
    homes."""

    radius_miles: Miles = figure(20.0, "how far a home may be from the buyer's centres, and a child from it")
    uplift: Uplift = lever("none", "how agreed fees, and those of who lives there, are raised every April")
    uplift_share: Share = figure(
        0.5, "share of the rise of consumer prices that `share_of_cpi` passes on", only_if={"uplift": "share_of_cpi"}
    )
    opens_homes: Count = lever(0, "homes that providers open because of the contract, whose places are all held")

    def reach(self) -> Reach:
        """The same radius at any urgency; the fee is agreed."""
        return Reach(miles_at_first=self.radius_miles, miles_at_last=self.radius_miles)

    def uplift_of_held(self, market: Market, arrangement: Arrangement) -> float:
        """As agreed, once a year."""
        return inflation.uplift(self.uplift, self.uplift_share, market.rates)

    def homes_wanted(self, market: Market, arrangement: Arrangement) -> Ints:
        """Those that it opens and are not planned yet, in the members' areas."""
        return sites(market, arrangement, max(self.opens_homes - arrangement.homes_planned, 0))


def contract_fee(market: Market, fill: float, retainer_share: float, certainty_value: float) -> Floats:
    """Weekly fee per home at which a held place brings the provider what the spot market would.

    On the spot a place earns quote x occupancy. Held, it earns fee x (fill + (1 - fill) x retainer share) and costs the
    variable cost of being fuller; the provider gives up `certainty_value` (share of the quote) for certain income.
    Never below cost and floor margin, never above the spot fee.
    """
    providers = market.scenario.providers
    fixed, floor = providers.fixed_cost_share, providers.floor_margin
    quote, cost = market.mean_quote, market.mean_cost
    occupancy = np.clip(market.homes.recent_occupancy, 0.0, 1.0)
    spot_income = quote * (occupancy - certainty_value) + (1 - fixed) * cost * (fill - occupancy)
    paid = fill + (1 - fill) * retainer_share
    return np.minimum(np.maximum(spot_income / paid, cost * (1 + floor)), quote)


def best_homes(market: Market, arrangement: Arrangement, free: Ints, fees: Floats, radius: float) -> Ints:
    """Independent homes with a free place within the radius, cheapest first, miles counted at their value."""
    per_mile = market.scenario.commissioning.value_per_mile * market.cost_index
    miles, homes = market.miles_from(arrangement.members), market.homes
    home = np.flatnonzero((free > 0) & (miles <= radius) & (homes.sector != LOCAL_AUTHORITY))
    score = fees[home] + per_mile * miles[home]
    return np.asarray(home[np.lexsort((homes.key[home], score))])


def hold(
    market: Market, arrangement: Arrangement, homes: Ints, places: Ints | int, fees: Floats, retainer: float
) -> Ints:  # fmt: skip
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
    asked = children.fee[chosen] - children.extra_fee[chosen]
    children.set(chosen, holding=rows, arrangement=arrangement.number, fee=fees[held], asked_fee=asked)
    return len(chosen)


def sites(market: Market, arrangement: Arrangement, homes: int) -> Ints:
    """In whose areas (rows) so many homes should open: the members' in turn, by their children at the start."""
    members = arrangement.members
    children = market.authorities.children[members].astype(np.float64)
    share = children / children.sum() if children.sum() > 0 else np.full(len(members), 1 / len(members))
    due = np.outer(np.arange(1, homes + 1), share)  # how many each should have after each home
    chosen, had = np.zeros(homes, dtype=np.int64), np.zeros(len(members))
    for home in range(homes):
        chosen[home] = np.argmax(due[home] - had)
        had[chosen[home]] += 1
    return np.asarray(members[chosen])


def take_on(market: Market, arrangement: Arrangement, homes: Ints, fees: Floats, retainer: float) -> None:
    """Hold all places of homes that have opened because of a contract; terms as for `hold`."""
    places = market.homes.places[homes]
    hold(market, arrangement, homes, places, fees, retainer)
    arrangement.places_created += int(places.sum())


def renew(market: Market, arrangement: Arrangement, fees: Floats, retainer: float) -> int:
    """Agree new fees for the places held; children who live there keep theirs. Returns how many places are held."""
    holdings = market.holdings
    rows = np.flatnonzero((holdings.arrangement == arrangement.number) & (holdings.places > 0) & holdings.running)
    fee = fees[holdings.home[rows]]
    holdings.set(rows, fee=fee, retainer=retainer * fee)
    return int(holdings.places[rows].sum())


def places_held(market: Market, arrangement: Arrangement) -> int:
    """Places that an arrangement holds now and can still use."""
    holdings = market.holdings
    return int(holdings.places[(holdings.arrangement == arrangement.number) & holdings.running].sum())


def held_lots(market: Market, together: Together, least_acceptance: Floats) -> Lots:
    """The places that some arrangements can still use at the agreed fees, the same for every need band; those of each
    arrangement sorted by the area in which they lie."""
    holdings, asked = market.holdings, len(together)
    place = {number: position for position, number in enumerate(together.numbers.tolist())}
    owner = np.array([place.get(number, asked) for number in holdings.arrangement.tolist()], dtype=np.int64)
    rows = np.flatnonzero((holdings.places > 0) & holdings.running & (owner < asked))
    rows = rows[np.lexsort((market.homes.authority[holdings.home[rows]], owner[rows]))]
    number = np.bincount(owner[rows], minlength=asked)
    fee = np.repeat(holdings.fee[rows][:, None], 3, axis=1)
    return Lots(holdings.home[rows], fee, rows, least_acceptance=least_acceptance, number=number)


def places_wanted(market: Market, arrangement: Arrangement, share: float, places: int | None) -> int:
    """Places to hold: the number given, or a share of the members' children in homes at the start, rounded; and those
    in homes that opened because of it."""
    if places is None:
        places = int(np.floor(share * market.authorities.children[arrangement.members].sum() + 0.5))
    return places + arrangement.places_created
