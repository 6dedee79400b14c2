"""What all contracts that hold places share: choosing homes, agreeing a fee, holding places, giving them back."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import OPEN_PLACE, PLACED
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, Together

USUAL_TERM_WEEKS = 156  # three one-year terms (DfE/Mutual Ventures 2024), for which the value of certainty is meant
SPREAD = np.sqrt(3.0)  # of a uniform draw from -1 to 1 whose standard deviation is one
LEAST_OCCUPANCY = 0.4  # below which nobody reckons (assumption)


def contract_fee(
    market: Market, fill: float, retainer_share: float, certainty_value: float, bands: Floats | None = None,
    refilling: Floats | float = 0.0, risk: Floats | float = 0.0,
) -> Floats:  # fmt: skip
    """Weekly fee per home at which a held place brings the provider what the spot market would.

    On the spot a place earns quote x occupancy. Held, it earns fee x (fill + (1 - fill) x retainer share) and costs the
    variable cost of being fuller; the provider gives up `certainty_value` (share of the quote) for certain income.
    Never below cost and floor margin, never above the spot fee. `bands` are the shares of the need bands that it is for
    (not given: of all children); `refilling` is what the end of the term costs the provider, and `risk` what
    obligations do, which nobody has on the spot (GBP/week).
    """
    providers = market.scenario.providers
    fixed, floor = providers.fixed_cost_share, providers.floor_margin
    quote, cost = market.mean_quote, market.mean_cost
    if bands is not None:
        quote, cost = market.quotes @ bands, market.costs @ bands
    occupancy = np.clip(market.homes.recent_occupancy, 0.0, 1.0)
    spot_income = quote * (occupancy - certainty_value) + (1 - fixed) * cost * (fill - occupancy)
    paid = fill + (1 - fill) * retainer_share
    fee = np.minimum(np.maximum((spot_income + refilling) / paid, cost * (1 + floor)), quote)
    return np.asarray(fee + risk / paid)


def refilling(market: Market, term_weeks: int, stay_weeks: float) -> Floats:
    """What it costs the provider a week that the place falls empty when a term of such a length is over and has to be
    filled anew, less what it costs after the usual term (GBP/week by home, below 0 for longer terms).

    On the spot a stay of `stay_weeks` is followed by stay x (1 - occupancy) / occupancy empty weeks; each loses the
    quote less the variable cost. The emptier homes are, the more a long term is worth.
    """
    fixed = market.scenario.providers.fixed_cost_share
    occupancy = np.clip(market.homes.recent_occupancy, LEAST_OCCUPANCY, 1.0)
    empty_weeks = stay_weeks * (1 - occupancy) / occupancy
    lost = np.maximum(market.mean_quote - (1 - fixed) * market.mean_cost, 0.0)
    return np.asarray(empty_weeks * lost * (1 / max(term_weeks, 1) - 1 / USUAL_TERM_WEEKS))


def risk_of_all(market: Market) -> Floats:
    """What it costs a provider a week to take whoever is sent rather than whom it would choose: the risk of the mean
    child less that of those who live there now (GBP/week by home)."""
    homes, providers = market.homes, market.scenario.providers
    upper = np.cumsum(market.need_shares)
    mean_need = float(market.need_shares @ (upper - market.need_shares / 2))
    here = np.full(len(homes), mean_need)
    np.divide(homes.residents_score, homes.occupied, out=here, where=homes.occupied > 0)
    return np.asarray(providers.risk_cost * market.cost_index * np.maximum(mean_need - here, 0.0))


def best_homes(
    market: Market, arrangement: Arrangement, free: Ints, fees: Floats, radius: float, takes: int = 0
) -> Ints:  # fmt: skip
    """Independent homes with a free place within the radius that take certain needs (bits), cheapest first, miles
    counted at their value."""
    per_mile = market.scenario.commissioning.value_per_mile * market.cost_index
    miles, homes = market.miles_from(arrangement.members), market.homes
    taking = (homes.takes_needs & takes) == takes
    home = np.flatnonzero((free > 0) & (miles <= radius) & (homes.sector != LOCAL_AUTHORITY) & taking)
    score = fees[home] + per_mile * miles[home]
    return np.asarray(home[np.lexsort((homes.key[home], score))])


def hold(
    market: Market, arrangement: Arrangement, homes: Ints, places: Ints | int, fees: Floats, retainer: float,
    sold: bool = False, no_fail: float = 0.0,
) -> Ints:  # fmt: skip
    """Hold so many places in each of some homes at their fees, of which `retainer` is the share that is owed for an
    empty one; the rows of the holdings. `fees` are by home (GBP/week); `sold`, `no_fail` as in `Holdings`."""
    fee = fees[homes]
    return market.holdings.add(
        len(homes), arrangement=arrangement.number, home=homes, places=places, fee=fee, retainer=retainer * fee,
        running=True, sold=sold, no_fail=no_fail,
    )  # fmt: skip


def hold_free_places(
    market: Market, arrangement: Arrangement, wanted: int, per_home: int, fees: Floats, radius: float, retainer: float,
    takes: int = 0, sold: bool = False, no_fail: float = 0.0,
) -> int:  # fmt: skip
    """Hold up to `wanted` free places, at most `per_home` in one home; returns how many could be held.

    `retainer` is the share of the fee that is owed for an empty place; the rest as in `best_homes` and `hold`.
    """
    held, free = 0, market.free()
    for home in best_homes(market, arrangement, free, fees, radius, takes):
        if held >= wanted:
            break
        places = min(per_home, wanted - held, int(free[home]))
        if places > 0:
            hold(market, arrangement, np.array([home]), places, fees, retainer, sold, no_fail)
        held += places
    return held


def hold_occupied_places(
    market: Market, arrangement: Arrangement, wanted: int, fees: Floats, retainer: float, sold: bool = False,
    no_fail: float = 0.0,
) -> int:  # fmt: skip
    """Put children who already live in independent homes under the contract, nearest first; returns how many."""
    children, homes = market.children, market.homes
    member = np.zeros(len(market.authorities), dtype=np.bool_)
    member[arrangement.members] = True
    own = np.flatnonzero((children.state == PLACED) & member[children.authority])
    own = own[(homes.sector[children.home[own]] != LOCAL_AUTHORITY) & (children.holding[own] == OPEN_PLACE)]
    chosen = own[np.lexsort((children.key[own], children.miles[own]))][:wanted]
    held = children.home[chosen]
    rows = hold(market, arrangement, held, 1, fees, retainer, sold, no_fail)
    market.holdings.used[rows] = 1
    asked = children.fee[chosen] - children.extra_fee[chosen]
    children.set(chosen, holding=rows, arrangement=arrangement.number, fee=fees[held], asked_fee=asked)
    market.records.set(children.record[chosen], arrangement=arrangement.number, fee=fees[held])
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


def renew(market: Market, arrangement: Arrangement, fees: Floats, retainer: float) -> int:
    """Agree new fees for the places held; children who live there keep theirs. Returns how many places are held."""
    holdings, rows = market.holdings, running_rows(market, arrangement)
    fee = fees[holdings.home[rows]]
    holdings.set(rows, fee=fee, retainer=retainer * fee)
    return int(holdings.places[rows].sum())


def running_rows(market: Market, arrangement: Arrangement) -> Ints:
    """Rows of the holdings that an arrangement can still use."""
    holdings = market.holdings
    return np.flatnonzero((holdings.arrangement == arrangement.number) & (holdings.places > 0) & holdings.running)


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


def give_back(market: Market, arrangement: Arrangement, places: int) -> int:
    """Give back so many empty places, dearest first; returns how many of them were not empty."""
    rows = arrangement.holdings_of(market)
    dearest = rows[np.lexsort((rows, -market.holdings.fee[rows]))]
    for row in dearest:
        given = min(places, int(market.holdings.empty()[row]))
        market.holdings.places[row] -= given
        places -= given
    return places


def places_wanted(
    market: Market, arrangement: Arrangement, share: float, places: int | None, error: float = 0.0
) -> int:  # fmt: skip
    """Places to hold: the number given, or a share of the children whom members forecast, rounded; and those in homes
    that opened because of it.

    Each member's forecast misses its children in homes at the start by its own luck, with a standard deviation of
    `error` times their square root: errors of several members partly cancel, which is what a larger footprint gains.
    """
    if places is None:
        children = market.authorities.children[arrangement.members].astype(np.float64)
        luck = uniform(market.seed, "error of a contract's forecast", market.authorities.key[arrangement.members])
        said = children + error * SPREAD * (2.0 * luck - 1.0) * np.sqrt(children)
        places = int(np.floor(share * np.maximum(said, 0.0).sum() + 0.5))
    return places + arrangement.places_created


def part_held(market: Market, arrangement: Arrangement) -> Floats:
    """By home the share of its places that an arrangement holds."""
    holdings, rows = market.holdings, arrangement.holdings_of(market)
    held = np.bincount(holdings.home[rows], weights=holdings.places[rows], minlength=len(market.homes))
    return np.asarray(held / np.maximum(market.homes.places, 1))
