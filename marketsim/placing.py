"""Referrals go out, homes answer, commissioners award: one compiled call a week over columns.

For emergencies first and then planned moves, and for each stage of the authorities' orders of routes:

1. *search*: a child's referral goes to the homes on the panel of the route, areas nearest first; a home with a free
   place offers it if the luck of this child with this home lies below the home's willingness. The commissioner keeps
   a shortlist of the best offers (fee plus the value of the miles). A search stops once nothing farther could beat
   the shortlist.
2. *match*: every commissioner accepts its best offer; a home with more acceptances than places keeps the children
   that leave it most and turns the others away, who go to their next offer: deferred acceptance (Gale and Shapley
   1962) with children proposing, so that nobody prefers a place that prefers them to who got it.
3. *settle*: where another authority was turned away from a place, the fee is bid up towards that rival's limit.

The functions are plain Python; compiled they give the same placements bit for bit, because they only add, multiply,
compare and take square roots. Set NUMBA_DISABLE_JIT=1 to see them run uncompiled.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.columns import Bools, Floats, Ints, Keys
from marketsim.compiling import compiled
from marketsim.streams import bits_below, pair_bits, unit

NOBODY = -1
NO_ROUTE = -1
AGE_GAP_YEARS = 6.0


class Searches(NamedTuple):
    """The children who look for a home this week, a row each, sorted by buyer; `routes` and `buyers` by stage."""

    key: Keys
    authority: Ints
    x: Floats
    y: Floats
    band: Ints
    age: Ints
    boy: Bools
    score: Floats
    emergency: Bools
    willingness: Floats
    urgency: Floats
    expected_fee: Floats
    routes: Ints
    buyers: Ints


class Panels(NamedTuple):
    """The places that each arrangement may ask for: lots `first[a]` to `last[a]`, sorted by host area.

    A lot is a pool of places (the open ones of a home, or those that a contract holds) with the home's identity and
    position, and fee (GBP/week) and willingness factor by need band. Large arrangements have a row in `area_first` (lot offsets by area) and in
    `area_least_fee`; the others have `areas[a] == NO_ROUTE` and are read through.
    """

    pool: Ints
    home: Ints
    key: Keys
    x: Floats
    y: Floats
    fee: Floats
    eager: Floats
    first: Ints
    last: Ints
    areas: Ints
    area_first: Ints
    area_least_fee: Floats
    least_fee: Floats
    least_acceptance: Floats
    miles_at_first: Floats
    miles_at_last: Floats
    limit_at_first: Floats
    limited: Bools


class Stock(NamedTuple):
    """What a search needs to know of homes: host area, cost and residents."""

    area: Ints
    unit_cost: Floats
    occupied: Ints
    residents_age: Ints
    residents_boys: Ints
    residents_score: Floats


class Geography(NamedTuple):
    """For each authority the areas nearest first, and a lower bound of the miles from any of its children to each."""

    nearest: Ints
    miles_at_least: Floats


class Tastes(NamedTuple):
    """The numbers by which commissioners and providers choose (units as in the scenario)."""

    value_per_mile: float
    value_in_area: float
    shortlist: int
    last_resort: float
    age_mismatch: float
    sex_mismatch: float
    need_mismatch: float
    risk_cost: float
    bidding: float
    cost_by_need: Floats


class Shortlists(NamedTuple):
    """The best offers of each search: lots in order of preference, with score (GBP/week) and luck."""

    lot: Ints
    score: Floats
    luck: Floats
    size: Ints


class LiveLots(NamedTuple):
    """The lots with a free place at the start of the week, side by side for speed; lots `a` to `b` of the panels are
    entries `before[a]` to `before[b]` here."""

    before: Ints
    lot: Ints
    key: Keys


class Awards(NamedTuple):
    """Per search: the route and lot that it got (NOBODY if none), fee and miles; and counts per search.

    `referrals` are the homes with a free place in the areas that the search reached.
    """

    route: Ints
    lot: Ints
    fee: Floats
    miles: Floats
    referrals: Ints
    offers: Ints


@compiled
def _fit(age: int, boy: bool, score: float, residents: int, ages: int, boys: int, scores: float,
         age_mismatch: float, sex_mismatch: float, need_mismatch: float) -> float:  # fmt: skip
    """How well a child fits those who live in a home: 1 with nobody there, less with every mismatch."""
    if residents == 0:
        return 1.0
    gap = min(abs(age - ages / residents) / AGE_GAP_YEARS, 1.0)
    share_of_boys = boys / residents
    other_sex = 1.0 - share_of_boys if boy else share_of_boys
    both_needy = score * (scores / residents)
    return (1.0 - age_mismatch * gap) * (1.0 - sex_mismatch * other_sex) * (1.0 - need_mismatch * both_needy)


@compiled
def _fee_limit(urgency: float, limited: bool, limit_at_first: float, expected_fee: float, last_resort: float) -> float:
    """The highest weekly fee that a commissioner accepts: from a multiple of what it expects, when it is not urgent,
    to the cost of the last resort at the deadline."""
    if not limited:
        return np.inf
    relaxed = limit_at_first * expected_fee
    return min(relaxed * (1.0 - urgency) + last_resort * urgency, last_resort)


@compiled
def _limit_of(searches: Searches, panels: Panels, tastes: Tastes, row: int, route: int) -> float:
    """The fee limit of one search on one route."""
    return _fee_limit(searches.urgency[row], panels.limited[route], panels.limit_at_first[route],
                      searches.expected_fee[row], tastes.last_resort)  # fmt: skip


@compiled
def _keep(lots: Ints, scores: Floats, chances: Floats, size: int, lot: int, score: float, chance: float) -> int:
    """Put an offer in its place on one child's shortlist; equal scores are ordered by luck. Returns the new size."""
    place = size
    if place == len(lots):
        place -= 1
        if scores[place] < score or (scores[place] == score and chances[place] <= chance):
            return size
    while place > 0 and (
        score < scores[place - 1] or (score == scores[place - 1] and chance < chances[place - 1])
    ):
        lots[place] = lots[place - 1]
        scores[place] = scores[place - 1]
        chances[place] = chances[place - 1]
        place -= 1
    lots[place] = lot
    scores[place] = score
    chances[place] = chance
    return min(size + 1, len(lots))


@compiled
def _live_lots(panels: Panels, free: Ints) -> LiveLots:
    """Keep the lots that have a free place."""
    before = np.zeros(len(panels.pool) + 1, dtype=np.int64)
    for lot in range(len(panels.pool)):
        before[lot + 1] = before[lot] + (1 if free[panels.pool[lot]] > 0 else 0)
    lots = np.empty(before[-1], dtype=np.int64)
    keys = np.empty(before[-1], dtype=np.uint64)
    for lot in range(len(panels.pool)):
        if before[lot + 1] > before[lot]:
            lots[before[lot]] = lot
            keys[before[lot]] = panels.key[lot]
    return LiveLots(before, lots, keys)


@compiled
def _search_all(searches, panels, live, stock, geography, tastes, free, short, awards, rows, stage):  # type: ignore[no-untyped-def]
    """Fill the shortlists of all children in `rows`: areas nearest first, until nothing farther can be better.

    One long function on purpose: a call per area or home would cost more than the work done in it.
    """
    areas = geography.nearest.shape[1]
    longest = short.lot.shape[1]
    value_per_mile, value_in_area = tastes.value_per_mile, tastes.value_in_area
    for row in rows:
        route, band, urgency = searches.routes[row, stage], searches.band[row], searches.urgency[row]
        own_area, x, y = searches.authority[row], searches.x[row], searches.y[row]
        first_miles = panels.miles_at_first[route]
        radius = first_miles + urgency * (panels.miles_at_last[route] - first_miles)
        limit = _limit_of(searches, panels, tastes, row, route)
        floor, table = panels.least_acceptance[route, band], panels.areas[route]
        key, referrals, size = searches.key[row], 0, 0
        most_willing = bits_below(min(max(searches.willingness[row], floor), 1.0))
        for step in range(areas if table != NO_ROUTE else 1):
            start, stop = panels.first[route], panels.last[route]
            if table != NO_ROUTE:
                at_least = geography.miles_at_least[own_area, step]
                area = geography.nearest[own_area, step]
                travel = value_per_mile * at_least
                if at_least > radius:
                    break
                if size == longest and panels.least_fee[route, band] + travel > short.score[row, size - 1]:
                    break
                if size == longest and panels.area_least_fee[table, area, band] + travel > short.score[row, size - 1]:
                    continue
                start, stop = panels.area_first[table, area], panels.area_first[table, area + 1]
            referrals += live.before[stop] - live.before[start]
            for entry in range(live.before[start], live.before[stop]):
                bits = pair_bits(key, live.key[entry])
                if bits >= most_willing:
                    continue
                lot = live.lot[entry]
                east, north = panels.x[lot] - x, panels.y[lot] - y
                squared, fee = east * east + north * north, panels.fee[lot, band]
                if squared > radius * radius or free[panels.pool[lot]] <= 0 or fee > limit:
                    continue
                home, chance = panels.home[lot], unit(bits)
                fit = _fit(searches.age[row], searches.boy[row], searches.score[row], stock.occupied[home],
                           stock.residents_age[home], stock.residents_boys[home], stock.residents_score[home],
                           tastes.age_mismatch, tastes.sex_mismatch, tastes.need_mismatch)  # fmt: skip
                if chance < max(searches.willingness[row] * panels.eager[lot, band] * fit, floor):
                    awards.offers[row] += 1
                    score = fee + value_per_mile * np.sqrt(squared)
                    if stock.area[home] != own_area:
                        score += value_in_area
                    size = _keep(short.lot[row], short.score[row], short.luck[row], size, lot, score, chance)
        short.size[row] = size
        awards.referrals[row] += referrals


@compiled
def _burden(searches: Searches, stock: Stock, tastes: Tastes, row: int, home: int) -> float:
    """What a child costs the provider a week, the price of its risk included."""
    return (
        stock.unit_cost[home] * tastes.cost_by_need[searches.band[row]] + tastes.risk_cost * searches.score[row]
    )


@compiled
def _prefers(searches, panels, stock, tastes, short, place, one, other):  # type: ignore[no-untyped-def]
    """True if the provider would rather take `one` than `other`, each at the fee of its present offer."""
    lot_one, lot_other = short.lot[one, place[one]], short.lot[other, place[other]]
    home = panels.home[lot_one]
    gain_one = panels.fee[lot_one, searches.band[one]] - _burden(searches, stock, tastes, one, home)
    gain_other = panels.fee[lot_other, searches.band[other]] - _burden(searches, stock, tastes, other, home)
    if gain_one != gain_other:
        return gain_one > gain_other
    return short.luck[one, place[one]] < short.luck[other, place[other]]


@compiled
def _note_rival(rivals, rival_buyers, pool, buyer, bid):  # type: ignore[no-untyped-def]
    """Remember the two highest bids turned away from a pool, of two different buyers."""
    if buyer == rival_buyers[pool, 0]:
        rivals[pool, 0] = max(rivals[pool, 0], bid)
    elif bid > rivals[pool, 0]:
        rivals[pool, 1], rival_buyers[pool, 1] = rivals[pool, 0], rival_buyers[pool, 0]
        rivals[pool, 0], rival_buyers[pool, 0] = bid, buyer
    elif buyer == rival_buyers[pool, 1]:
        rivals[pool, 1] = max(rivals[pool, 1], bid)
    elif bid > rivals[pool, 1]:
        rivals[pool, 1], rival_buyers[pool, 1] = bid, buyer


@compiled
def _turn_away(searches, panels, stock, tastes, short, place, stage, rivals, rival_buyers, row):  # type: ignore[no-untyped-def]
    """One child loses a place: its buyer's highest bid, in what it would leave the provider, stays as a rival's."""
    lot, route = short.lot[row, place[row]], searches.routes[row, stage]
    if panels.limited[route]:
        home = panels.home[lot]
        bid = _limit_of(searches, panels, tastes, row, route) - _burden(searches, stock, tastes, row, home)
        _note_rival(rivals, rival_buyers, panels.pool[lot], searches.buyers[row, stage], bid)
    place[row] += 1


@compiled
def _match_all(searches, panels, stock, tastes, free, short, rows, stage, place, rivals, rival_buyers):  # type: ignore[no-untyped-def]
    """Deferred acceptance; afterwards `place[row]` is each child's position on its own shortlist."""
    kept_first = np.full(len(free), NOBODY)
    kept_next = np.full(len(place), NOBODY)
    kept = np.zeros(len(free), dtype=np.int64)
    waiting = rows[::-1].copy()
    top = len(waiting)
    while top > 0:
        top -= 1
        row = waiting[top]
        while place[row] < short.size[row]:
            pool = panels.pool[short.lot[row, place[row]]]
            if kept[pool] < free[pool]:
                kept[pool] += 1
                kept_next[row] = kept_first[pool]
                kept_first[pool] = row
                break
            worst, before_worst = kept_first[pool], NOBODY
            before, other = worst, kept_next[worst]
            while other != NOBODY:
                if _prefers(searches, panels, stock, tastes, short, place, worst, other):
                    worst, before_worst = other, before
                before, other = other, kept_next[other]
            if not _prefers(searches, panels, stock, tastes, short, place, row, worst):
                _turn_away(searches, panels, stock, tastes, short, place, stage, rivals, rival_buyers, row)
                continue
            kept_next[row] = kept_next[worst]
            if before_worst == NOBODY:
                kept_first[pool] = row
            else:
                kept_next[before_worst] = row
            _turn_away(searches, panels, stock, tastes, short, place, stage, rivals, rival_buyers, worst)
            waiting[top] = worst
            top += 1
            break


@compiled
def _settled_fee(searches, panels, stock, tastes, row, stage, lot, rivals, rival_buyers):  # type: ignore[no-untyped-def]
    """The weekly fee: what was quoted, bid up where another buyer wanted the same place."""
    route, pool, home = searches.routes[row, stage], panels.pool[lot], panels.home[lot]
    quoted = panels.fee[lot, searches.band[row]]
    if not panels.limited[route]:
        return quoted
    rival = 0 if rival_buyers[pool, 0] != searches.buyers[row, stage] else 1
    if rival_buyers[pool, rival] == NOBODY:
        return quoted
    to_beat = rivals[pool, rival] + _burden(searches, stock, tastes, row, home)
    most = min(to_beat, _limit_of(searches, panels, tastes, row, route))
    return quoted + tastes.bidding * max(most - quoted, 0.0)


@compiled
def _place_stage(searches, panels, live, stock, geography, tastes, free, short, awards, rows, stage):  # type: ignore[no-untyped-def]
    """One round: search, match and award for the children in `rows` on the routes of one stage."""
    _search_all(searches, panels, live, stock, geography, tastes, free, short, awards, rows, stage)
    place = np.zeros(len(searches.key), dtype=np.int64)
    rivals = np.full((len(free), 2), -np.inf)
    rival_buyers = np.full((len(free), 2), NOBODY)
    _match_all(searches, panels, stock, tastes, free, short, rows, stage, place, rivals, rival_buyers)
    for row in rows:
        if place[row] >= short.size[row]:
            continue
        lot = short.lot[row, place[row]]
        awards.route[row] = searches.routes[row, stage]
        awards.lot[row] = lot
        awards.fee[row] = _settled_fee(searches, panels, stock, tastes, row, stage, lot, rivals, rival_buyers)
        east, north = panels.x[lot] - searches.x[row], panels.y[lot] - searches.y[row]
        awards.miles[row] = np.sqrt(east * east + north * north)
        free[panels.pool[lot]] -= 1


@compiled
def _rows_of_stage(searches: Searches, awards: Awards, emergency: bool, stage: int) -> Ints:
    """The searches of one urgency that are still without a place and have a route at this stage."""
    rows = np.empty(len(searches.key), dtype=np.int64)
    count = 0
    for row in range(len(rows)):
        if (
            awards.lot[row] == NOBODY
            and searches.emergency[row] == emergency
            and searches.routes[row, stage] != NO_ROUTE
        ):
            rows[count] = row
            count += 1
    return rows[:count]


@compiled
def place(
    searches: Searches, panels: Panels, stock: Stock, geography: Geography, tastes: Tastes, free: Ints
) -> Awards:
    """Place this week's children; `free` (places per pool) is reduced by what is awarded.

    Shapes: n searches, s stages, p pools. Returns one award per search.
    """
    count = len(searches.key)
    awards = Awards(
        np.full(count, NO_ROUTE),
        np.full(count, NOBODY),
        np.zeros(count),
        np.zeros(count),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
    )
    longest = tastes.shortlist
    short = Shortlists(
        np.zeros((count, longest), dtype=np.int64),
        np.zeros((count, longest)),
        np.zeros((count, longest)),
        np.zeros(count, dtype=np.int64),
    )
    live = _live_lots(panels, free)
    for emergency in (True, False):
        for stage in range(searches.routes.shape[1]):
            rows = _rows_of_stage(searches, awards, emergency, stage)
            if len(rows) > 0:
                _place_stage(searches, panels, live, stock, geography, tastes, free, short, awards, rows, stage)
    return awards
