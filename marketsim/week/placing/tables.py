"""The flat tables that the compiled placing reads and writes; positions in miles, money in GBP a week."""

from __future__ import annotations

from typing import NamedTuple

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.market.fit import Mismatches
from marketsim.market.homes import Homes


class Searches(NamedTuple):
    """The children who look for a home this week, a row each; `routes` and `buyers` by stage, and which stages it
    `joins` to the one before: their offers are weighed side by side.

    `away`: must live outside the home area and far from home; `only_good`: homes rated below good are not asked;
    `own_area_only`: only those in the authority's own area are; `farthest` is by stage how far from home a place may be
    (miles), whatever the arrangement reaches;
    `bespoke`: needs staff of its own, `alone`: and a home to itself; `needs`: of a statement of purpose, as bits.
    `way_out` is what the last resort would cost less what staff of the child's own cost anywhere (GBP/week): fees here
    are those without that.
    """

    key: Keys
    authority: Ints
    x: Floats
    y: Floats
    band: Ints
    age: Ints
    boy: Bools
    score: Floats
    emergency: Bools
    away: Bools
    only_good: Bools
    own_area_only: Bools
    bespoke: Bools
    alone: Bools
    needs: Ints
    way_out: Floats
    willingness: Floats
    urgency: Floats
    expected_fee: Floats
    routes: Ints
    buyers: Ints
    joins: Bools
    farthest: Floats


class Reaches(NamedTuple):
    """By arrangement: the search radius (miles) at first and at the deadline, the fee that is accepted at first over
    the one expected, whether there is such a limit, what an offer through it may be dearer (GBP/week), and whether the
    rating of homes is looked at."""

    miles_at_first: Floats
    miles_at_last: Floats
    limit_at_first: Floats
    limited: Bools
    preference: Floats
    checks_rating: Bools


class PanelLots(NamedTuple):
    """Lots, a row each: a `pool` of places (the open ones of a home, or those that a contract holds) with the home's
    identity and position, fee (GBP/week) and willingness factor by need band, and what of the fee is `owed` for an
    empty place anyway (GBP/week)."""

    pool: Ints
    home: Ints
    key: Keys
    x: Floats
    y: Floats
    fee: Floats
    eager: Floats
    owed: Floats


class Panels(NamedTuple):
    """The places that each arrangement may ask for: `lots` from `first[a]` to `last[a]`.

    Large arrangements, whose lots are sorted by host area, have a row in `area_first` (lot offsets by area),
    `home_first` (the first lot of each home, or NOBODY; `home_next` is by lot the next one of the same home),
    `area_least_fee` and `least_fee`; the others have `areas[a] == NO_ROUTE` and are read through.
    """

    lots: PanelLots
    first: Ints
    last: Ints
    areas: Ints
    area_first: Ints
    home_first: Ints
    home_next: Ints
    area_least_fee: Floats
    least_fee: Floats
    least_acceptance: Floats
    reaches: Reaches


class Geography(NamedTuple):
    """For each authority the areas nearest first; and by area a lower bound of the miles from any of its children."""

    nearest: Ints
    miles_at_least: Floats


class Tastes(NamedTuple):
    """The numbers by which commissioners and providers choose (units as in the scenario).

    Amounts are in today's money; `most_fee` is the most that may be agreed by home and need band, of no homes where
    there is no such limit; `money` is what today's is worth over that in which the scenario is written.
    """

    value_per_mile: float
    value_in_area: float
    value_of_match: float
    value_of_rating: float
    away_miles: float
    shortlist: int
    solo_places_most: int
    mismatches: Mismatches
    rating_caution: float
    risk_cost: float
    bidding: float
    bargaining: float
    bargaining_bespoke: float
    cost_by_need: Floats
    most_fee: Floats
    money: float


class Placing(NamedTuple):
    """All that a week's placing reads, in the order in which `place` takes it; `free` are the places by pool."""

    searches: Searches
    panels: Panels
    homes: Homes
    geography: Geography
    tastes: Tastes
    free: Ints


class Pools(NamedTuple):
    """What a round notes of the pools that its children have offers from: the first of the children that one keeps for
    now and how many (each child points to the next), and the two highest bids turned away, of two different buyers
    (`rivals`). Nothing is to be read of other pools. `awarded` is how many of its places were given away this week."""

    awarded: Ints
    first: Ints
    kept: Ints
    rivals: Floats
    rival_buyers: Ints


class Shortlists(NamedTuple):
    """The best offers of each search: lots in order of preference, with the stage of their route, score (GBP/week) and
    luck; and by stage the highest fee that the commissioner accepts along the route (GBP/week)."""

    lot: Ints
    stage: Ints
    score: Floats
    luck: Floats
    size: Ints
    limit: Floats


class LiveLots(NamedTuple):
    """The lots with a free place at the start of the week, side by side for speed.

    Lots `a` to `b` of the panels are entries `before[a]` to `before[b]` here, those of area `a` in table `t` are
    `in_area[t, a]` entries from `of_area[t, a]` up to `of_area[t, a + 1]`.
    """

    before: Ints
    of_area: Ints
    in_area: Ints
    lot: Ints
    key: Keys


class Buckets(NamedTuple):
    """One child's homes by area: the `first` of each area, and for each home the one `following` it (NOBODY: none)."""

    first: Ints
    following: Ints


class Favoured(NamedTuple):
    """For each child the homes that might take it, by luck alone.

    They are `found[row]` entries of `home` from `first[row]` on: all homes with a free place where the luck of the
    child, in `bits`, lies below its willingness. `found` is NOBODY for children whom too many might take: their homes
    are looked for area by area.
    """

    found: Ints
    first: Ints
    home: Ints
    bits: Keys


class Awards(NamedTuple):
    """Per search: the route and lot that it got (NOBODY if none), fee and miles; and counts per search.

    `referrals` are the homes with a free place in the areas that the search reached. By search and stage: whether it
    came to places that a contract holds empty within reach (`contracts_asked`), and whether one of these offered.
    """

    route: Ints
    lot: Ints
    fee: Floats
    miles: Floats
    referrals: Ints
    offers: Ints
    contracts_asked: Bools
    contracts_offered: Bools


class Round(NamedTuple):
    """All that one round reads and writes."""

    searches: Searches
    panels: Panels
    live: LiveLots
    favoured: Favoured
    homes: Homes
    geography: Geography
    tastes: Tastes
    free: Ints
    pools: Pools
    short: Shortlists
    awards: Awards
