"""Referrals and offers: one child's search along the panel of a route."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.compiling import compiled, row_of
from marketsim.core.streams import bits_below, pair_bits, unit
from marketsim.market.children import NO_ROUTE, NOBODY
from marketsim.market.fit import fit
from marketsim.market.homes import GOOD
from marketsim.week.placing.favoured import SWEPT
from marketsim.week.placing.tables import Buckets, Favoured, LiveLots, Round, Shortlists


@compiled
def fee_limit(limited: bool, first_limit: float, expected_fee: float, urgency: float, last_resort: float) -> float:
    """The highest weekly fee that a commissioner accepts: from a multiple of what it expects, when it is not urgent,
    to the cost of the last resort at the deadline."""
    if not limited:
        return np.inf
    relaxed = first_limit * expected_fee
    return float(min(relaxed * (1.0 - urgency) + last_resort * urgency, last_resort))


@compiled
def search_all(this: Round, rows: Ints, stage: int) -> None:
    """Fill the shortlists of all children in `rows`, or add to them where a stage joins the one before: areas nearest
    first, until nothing farther can be better.

    A home answers with an offer if the luck of child and home lies below its willingness; the commissioner can accept
    it if home and fee are within its limits. Small panels are read through. Along others the homes that luck favours
    the child with are known; where they cannot fill the shortlist, all count, whatever the area. One long function on
    purpose: to hand all columns on to a part of it costs more than the work done there, and so does a slice of an
    array in its loop, since arrays are counted.
    """
    searches, panels, live, geography, homes = this.searches, this.panels, this.live, this.geography, this.homes
    short, tastes, free, favoured = this.short, this.tastes, this.free, this.favoured
    reaches, panel = panels.reaches, panels.lots
    sizes, referred, offered = short.size, this.awards.referrals, this.awards.offers
    longest, value_per_mile = short.lot.shape[1], tastes.value_per_mile
    lots, luck = np.empty(len(panel.pool), dtype=np.int64), np.empty(len(panel.pool), dtype=np.uint64)
    in_areas = Buckets(np.full(geography.nearest.shape[0], NOBODY), np.empty(SWEPT, dtype=np.int64))
    for number in rows:
        row = row_of(number)
        route, band = row_of(searches.routes[row, stage]), row_of(searches.band[row])
        own_area = searches.authority[row]
        first_miles = reaches.miles_at_first[route]
        radius = first_miles + searches.urgency[row] * (reaches.miles_at_last[route] - first_miles)
        radius = min(radius, searches.farthest[row, stage])
        limit = fee_limit(reaches.limited[route], reaches.limit_at_first[route], searches.expected_fee[row],
                          searches.urgency[row], searches.way_out[row])  # fmt: skip
        short.limit[row, stage] = limit
        table, key, referrals, offers = panels.areas[route], searches.key[row], 0, 0
        size = sizes[row] if searches.joins[row, stage] else 0
        preference = reaches.preference[route] * tastes.money
        least = panels.least_acceptance[route, band]
        most_bits = bits_below(min(max(searches.willingness[row], least), 1.0))
        answering, by_area = 0, table != NO_ROUTE
        known = table != NO_ROUTE and favoured.found[row] != NOBODY and least <= searches.willingness[row]
        if not by_area:
            start, stop = live.before[panels.first[route]], live.before[panels.last[route]]
            answering = _lucky(key, most_bits, live, start, stop, lots, luck)
            referrals = stop - start
        elif known:
            answering = _lots_of(favoured, row, panels.home_first, table, panels.home_next, lots, luck)
            if answering < longest:
                referrals = _lots_within(live.in_area, table, geography.miles_at_least, own_area, radius)
                by_area = False
            else:
                _sort_into(in_areas, favoured, row, homes.authority)
        if not by_area and answering == 0:
            sizes[row] = size
            referred[row] += referrals
            continue
        alone, not_urgent = searches.alone[row], searches.urgency[row] < 1.0
        away, only_good = searches.away[row], searches.only_good[row] and reaches.checks_rating[route]
        nearest = tastes.away_miles * tastes.away_miles if away else 0.0
        least_fee = panels.least_fee[table, band] if by_area else 0.0
        worst = short.score[row, size - 1] + preference if size == longest else np.inf
        for step in range(geography.nearest.shape[1] if by_area else 1):
            if by_area:
                area = row_of(geography.nearest[row_of(own_area), step])
                at_least = geography.miles_at_least[row_of(own_area), area]
                travel = value_per_mile * at_least
                if at_least > radius or least_fee + travel > worst:
                    break
                if panels.area_least_fee[row_of(table), area, band] + travel > worst:
                    continue
                start, stop = live.of_area[row_of(table), area], live.of_area[row_of(table), area + row_of(1)]
                referrals += stop - start
                if known:
                    answering = _lots_in(in_areas, area, favoured, row, panels.home_first, table, panels.home_next,
                                         lots, luck)  # fmt: skip
                else:
                    answering = _lucky(key, most_bits, live, start, stop, lots, luck)
            for entry in range(answering):
                lot, bits = row_of(lots[entry]), luck[entry]
                home, pool, fee = row_of(panel.home[lot]), row_of(panel.pool[lot]), panel.fee[lot, band]
                east, north = panel.x[lot] - searches.x[row], panel.y[lot] - searches.y[row]
                squared = east * east + north * north
                if squared > radius * radius or free[pool] <= 0 or fee > limit:
                    continue
                lived_in = homes.occupied[home] > 0 or this.pools.awarded[pool] > 0
                if alone and (lived_in or (not_urgent and homes.places[home] > tastes.solo_places_most)):
                    continue
                in_area = homes.authority[home] == own_area
                kept_from = pool == home and homes.kept_for[home] not in (0, own_area + 1)
                if kept_from or (searches.own_area_only[row] and not in_area):
                    continue
                if (away and (in_area or squared < nearest)) or (only_good and homes.rating[home] > GOOD):
                    continue
                fitting = fit(searches.age[row], searches.boy[row], searches.score[row], searches.needs[row],
                              homes.takes_needs[home], homes.takes_ages[home], homes.occupied[home],
                              homes.residents_age[home], homes.residents_boys[home], homes.residents_score[home],
                              tastes.mismatches)  # fmt: skip
                willing = searches.willingness[row] * panel.eager[lot, band] * fitting
                if homes.rating[home] <= GOOD:  # which it would put at risk
                    willing *= 1.0 - tastes.rating_caution * searches.score[row]
                if unit(bits) < max(willing, least):
                    offers += 1
                    score = fee - panel.owed[lot]  # what is paid for anyway is cheap
                    score += value_per_mile * np.sqrt(squared) + tastes.value_of_rating * homes.rating[home]
                    score += tastes.value_of_match * (1.0 - fitting) - preference
                    if not in_area:
                        score += tastes.value_in_area
                    size = _keep(short, row, size, lots[entry], stage, score, unit(bits))
            if size == longest:
                worst = short.score[row, size - 1] + preference
        if known and by_area:
            _empty(in_areas, favoured, row, homes.authority)
        sizes[row] = size
        referred[row] += referrals
        offered[row] += offers


@compiled
def _sort_into(buckets: Buckets, favoured: Favoured, row: int, area_of: Ints) -> None:
    """Put the homes that luck favours one child with into the areas where they stand."""
    for entry in range(favoured.first[row], favoured.first[row] + favoured.found[row]):
        area = area_of[favoured.home[entry]]
        buckets.following[entry - favoured.first[row]] = buckets.first[area]
        buckets.first[area] = entry


@compiled
def _empty(buckets: Buckets, favoured: Favoured, row: int, area_of: Ints) -> None:
    """Take them out again."""
    for entry in range(favoured.first[row], favoured.first[row] + favoured.found[row]):
        buckets.first[area_of[favoured.home[entry]]] = NOBODY


@compiled
def _lots_in(
    buckets: Buckets, area: int, favoured: Favoured, row: int, first: Ints, table: int, following: Ints,
    lots: Ints, luck: Keys,
) -> int:  # fmt: skip
    """Write down the lots that a table has in one child's homes of an area, all live or not; returns how many."""
    count, entry = 0, buckets.first[area]
    while entry != NOBODY:
        lot = first[table, favoured.home[entry]]
        while lot != NOBODY:
            lots[count], luck[count] = lot, favoured.bits[entry]
            count += 1
            lot = following[lot]
        entry = buckets.following[entry - favoured.first[row]]
    return count


@compiled
def _lucky(who: np.uint64, most: np.uint64, live: LiveLots, start: int, stop: int, lots: Ints, luck: Keys) -> int:
    """Write down the lots, of the live ones from `start` to `stop`, with which the luck of a child lies below `most`
    bits; returns how many."""
    count = 0
    for entry in range(row_of(start), row_of(stop)):
        bits = pair_bits(who, live.key[entry])
        if bits < most:
            lots[count], luck[count] = live.lot[entry], bits
            count += 1
    return count


@compiled
def _lots_of(
    favoured: Favoured, row: int, first: Ints, table: int, following: Ints, lots: Ints, luck: Keys
) -> int:  # fmt: skip
    """Write down the lots that a table has in the homes that luck favours one child with, all live or not; returns how
    many."""
    count = 0
    for entry in range(favoured.first[row], favoured.first[row] + favoured.found[row]):
        lot = first[table, row_of(favoured.home[entry])]
        while lot != NOBODY:
            lots[count], luck[count] = lot, favoured.bits[entry]
            count += 1
            lot = following[row_of(lot)]
    return count


@compiled
def _lots_within(lots: Ints, table: int, miles_at_least: Floats, from_area: int, radius: float) -> int:
    """The live lots of a table that may lie within a radius, from `lots` by table and area: a search that sees them all
    makes as many referrals as one that visits these areas one by one."""
    within = 0
    for area in range(lots.shape[1]):
        within += lots[table, area] if miles_at_least[from_area, area] <= radius else 0
    return within


@compiled
def _keep(short: Shortlists, row: int, size: int, lot: int, stage: int, score: float, chance: float) -> int:
    """Put an offer in its place on one child's shortlist; equal scores are ordered by luck. Returns the new size."""
    lots, stages, scores, chances = short.lot, short.stage, short.score, short.luck
    place, longest = size, short.lot.shape[1]
    if place == longest:
        place -= 1
        if not _better(score, chance, scores[row, place], chances[row, place]):
            return size
    while place > 0 and _better(score, chance, scores[row, place - 1], chances[row, place - 1]):
        lots[row, place] = lots[row, place - 1]
        stages[row, place] = stages[row, place - 1]
        scores[row, place] = scores[row, place - 1]
        chances[row, place] = chances[row, place - 1]
        place -= 1
    lots[row, place] = lot
    stages[row, place] = stage
    scores[row, place] = score
    chances[row, place] = chance
    return int(min(size + 1, longest))


@compiled
def _better(score: float, chance: float, than_score: float, than_chance: float) -> bool:
    """True for an offer that comes before another one on a shortlist."""
    return bool(score < than_score or (score == than_score and chance < than_chance))
