"""Referrals and offers: one child's search along the panel of a route."""

from __future__ import annotations

import numpy as np

from marketsim.columns import Floats, Ints
from marketsim.compiling import compiled_part
from marketsim.placing.luck import bits_below, pair_bits, unit
from marketsim.placing.tables import NO_ROUTE, LiveLots, Panels, Round, Searches, Tastes

AGE_GAP_YEARS = 6.0


@compiled_part
def live_lots(panels: Panels, free: Ints) -> LiveLots:
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


@compiled_part
def fee_limit(searches: Searches, panels: Panels, tastes: Tastes, row: int, route: int) -> float:
    """The highest weekly fee that a commissioner accepts: from a multiple of what it expects, when it is not urgent,
    to the cost of the last resort at the deadline."""
    if not panels.limited[route]:
        return np.inf
    urgency = searches.urgency[row]
    relaxed = panels.limit_at_first[route] * searches.expected_fee[row]
    return float(min(relaxed * (1.0 - urgency) + tastes.last_resort * urgency, tastes.last_resort))


@compiled_part
def search_all(this: Round, rows: Ints, stage: int) -> None:
    """Fill the shortlists of all children in `rows`: areas nearest first, until nothing farther can be better.

    A home answers with an offer if the luck of child and home lies below its willingness; the commissioner can accept
    it if home and fee are within its limits. One long function on purpose: a call per area or home would cost more than
    the work done in it.
    """
    searches, panels, live, geography, stock = this.searches, this.panels, this.live, this.geography, this.stock
    short, tastes, free = this.short, this.tastes, this.free
    longest, value_per_mile = short.lot.shape[1], tastes.value_per_mile
    for row in rows:
        route, band, own_area = searches.routes[row, stage], searches.band[row], searches.authority[row]
        first_miles = panels.miles_at_first[route]
        radius = first_miles + searches.urgency[row] * (panels.miles_at_last[route] - first_miles)
        limit = fee_limit(searches, panels, tastes, row, route)
        table, key, referrals, offers, size = panels.areas[route], searches.key[row], 0, 0, 0
        most_willing = max(searches.willingness[row], panels.least_acceptance[route, band])
        most_bits = bits_below(min(most_willing, 1.0))
        away, only_good = searches.away[row], searches.only_good[row] and panels.checks_rating[route]
        nearest = tastes.away_miles * tastes.away_miles if away else 0.0
        for step in range(geography.nearest.shape[1] if table != NO_ROUTE else 1):
            start, stop = panels.first[route], panels.last[route]
            if table != NO_ROUTE:
                area, at_least = geography.nearest[own_area, step], geography.miles_at_least[own_area, step]
                travel = value_per_mile * at_least
                if at_least > radius:
                    break
                if size == longest and panels.least_fee[table, band] + travel > short.score[row, size - 1]:
                    break
                if size == longest and panels.area_least_fee[table, area, band] + travel > short.score[row, size - 1]:
                    continue
                start, stop = panels.area_first[table, area], panels.area_first[table, area + 1]
            referrals += live.before[stop] - live.before[start]
            for entry in range(live.before[start], live.before[stop]):
                bits = pair_bits(key, live.key[entry])
                if bits >= most_bits:
                    continue
                lot = live.lot[entry]
                home, fee = panels.home[lot], panels.fee[lot, band]
                east, north = panels.x[lot] - searches.x[row], panels.y[lot] - searches.y[row]
                squared = east * east + north * north
                if squared > radius * radius or free[panels.pool[lot]] <= 0 or fee > limit:
                    continue
                in_area = stock.area[home] == own_area
                if (away and (in_area or squared < nearest)) or (only_good and stock.below_good[home]):
                    continue
                fit = _fit(searches.age[row], searches.boy[row], searches.score[row], stock.occupied[home],
                           stock.residents_age[home], stock.residents_boys[home], stock.residents_score[home],
                           tastes.age_mismatch, tastes.sex_mismatch, tastes.need_mismatch)  # fmt: skip
                willing = searches.willingness[row] * panels.eager[lot, band] * fit
                willing *= 1.0 - stock.caution[home] * searches.score[row]
                if unit(bits) < max(willing, panels.least_acceptance[route, band]):
                    offers += 1
                    score = fee + value_per_mile * np.sqrt(squared) + stock.rating_cost[home]
                    score += tastes.value_of_match * (1.0 - fit)
                    if not in_area:
                        score += tastes.value_in_area
                    size = _keep(short.lot[row], short.score[row], short.luck[row], size, lot, score, unit(bits))
        short.size[row] = size
        this.awards.referrals[row] += referrals
        this.awards.offers[row] += offers


@compiled_part
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


@compiled_part
def _keep(lots: Ints, scores: Floats, chances: Floats, size: int, lot: int, score: float, chance: float) -> int:
    """Put an offer in its place on one child's shortlist; equal scores are ordered by luck. Returns the new size."""
    place = size
    if place == len(lots):
        place -= 1
        if scores[place] < score or (scores[place] == score and chances[place] <= chance):
            return size
    while place > 0 and (score < scores[place - 1] or (score == scores[place - 1] and chance < chances[place - 1])):
        lots[place] = lots[place - 1]
        scores[place] = scores[place - 1]
        chances[place] = chances[place - 1]
        place -= 1
    lots[place] = lot
    scores[place] = score
    chances[place] = chance
    return min(size + 1, len(lots))
