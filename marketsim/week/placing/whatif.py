"""What a search would have found if something had been otherwise: asked of the compiled search itself.

So no rule is written a second time: a home refuses because of something if it would offer were that thing another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.children import NO_ROUTE, NOBODY
from marketsim.week.placing.favoured import live_lots
from marketsim.week.placing.offers import search_all
from marketsim.week.placing.tables import Awards, Favoured, Geography, Round, Searches, Shortlists

ANYWHERE = 1e6  # miles
Change = Callable[[Round], Round]


def any_distance(this: Round) -> Round:
    """However far homes are."""
    miles = np.full_like(this.panels.reaches.miles_at_first, ANYWHERE)
    anywhere = _with_searches(this, farthest=np.full_like(this.searches.farthest, ANYWHERE))
    return _with_reaches(anywhere, miles_at_first=miles, miles_at_last=miles)


def any_fee(this: Round) -> Round:
    """Whatever they ask."""
    return _with_reaches(this, limited=np.zeros_like(this.panels.reaches.limited))


def never_full(this: Round) -> Round:
    """Whoever has been placed before in the week."""
    return this._replace(free=np.ones_like(this.free))


def not_alone(this: Round) -> Round:
    """Could the children live with others."""
    return _with_searches(this, alone=np.zeros_like(this.searches.alone))


def kept_for_nobody(this: Round) -> Round:
    """Whomever places are kept for."""
    return _with_homes(this, kept_for=np.zeros_like(this.homes.kept_for))


def any_area(this: Round) -> Round:
    """Were homes asked wherever they are."""
    return _with_searches(this, own_area_only=np.zeros_like(this.searches.own_area_only))


def not_away(this: Round) -> Round:
    """Could the children live near to where they come from."""
    return _with_searches(this, away=np.zeros_like(this.searches.away))


def any_rating(this: Round) -> Round:
    """Were homes below good asked too."""
    return _with_searches(this, only_good=np.zeros_like(this.searches.only_good))


def no_choice(this: Round) -> Round:
    """Did every home take whom it is asked for."""
    panels = this.panels
    return this._replace(panels=panels._replace(least_acceptance=np.ones_like(panels.least_acceptance)))


def no_needs(this: Round) -> Round:
    """Did the children need nothing that statements of purpose leave out."""
    return _with_searches(this, needs=np.zeros_like(this.searches.needs))


def all_ages(this: Round) -> Round:
    """Did homes take children of all ages."""
    return _with_homes(this, takes_ages=np.zeros_like(this.homes.takes_ages))


def without_loss(*names: str) -> Change:
    """Did something about those who live there (`age`, `sex`, `need`) not matter."""
    return lambda this: this._replace(
        tastes=this.tastes._replace(mismatches=this.tastes.mismatches._replace(**dict.fromkeys(names, 0.0)))
    )


def any_terms(this: Round) -> Round:
    """Were homes as willing at any fee and under any contract."""
    lots = this.panels.lots
    return this._replace(panels=this.panels._replace(lots=lots._replace(eager=np.ones_like(lots.eager))))


def no_caution(this: Round) -> Round:
    """Did homes not fear for their rating."""
    return this._replace(tastes=this.tastes._replace(rating_caution=0.0))


def as_willing(willingness: Floats) -> Change:
    """Were homes as willing to take the children as this, by search (0-1)."""
    return lambda this: _with_searches(this, willingness=willingness)


def changed(this: Round, changes: Iterable[Change]) -> Round:
    """All of some changes made."""
    return reduce(lambda so_far, change: change(so_far), changes, this)


def offering(this: Round, stage: int, lots: Ints) -> Bools:
    """Which of some `lots` (rising numbers) would offer a place that could be accepted, by search and lot, if searches
    went on along a stage until they have seen all."""
    count = len(this.searches.key)
    found = np.zeros((count, len(lots)), dtype=np.bool_)
    short = _no_offers(count, max(len(lots), 1) + 1, this.searches.routes.shape)
    free = np.zeros_like(this.free)
    free[this.panels.lots.pool[lots]] = 1
    asked = this._replace(
        live=live_lots(this.panels, free), short=short, awards=_no_awards(this.searches),
        favoured=Favoured(np.full(count, NOBODY), *this.favoured[1:]),
    )  # fmt: skip
    search_all(asked, _with_route(this, stage), stage)
    row, place = np.nonzero(np.arange(short.lot.shape[1]) < short.size[:, None])
    offered = short.lot[row, place]
    at = np.searchsorted(lots, offered)
    wanted = lots[np.minimum(at, len(lots) - 1)] == offered
    found[row[wanted], at[wanted]] = True
    return found


def reached(this: Round, stage: int, areas: Ints) -> Bools:
    """Whether searches along a stage come to some areas (rows of hosts) before nothing farther can be better, by search
    and area: if more homes are asked when a search ends behind an area than when it ends before. Panels that are read
    through count as if they stood in all areas."""
    found = np.zeros((len(this.searches.key), len(areas)), dtype=np.bool_)
    at_once = _asked(this, stage, _ending(this.geography, None, behind=False))
    for position, area in enumerate(areas.tolist()):
        before, behind = (_asked(this, stage, _ending(this.geography, area, behind=side)) for side in (False, True))
        found[:, position] = behind > before
    # Where luck leaves so few that all are looked at, homes are counted as asked all at once.
    return found | ((at_once > 0)[:, None] & _within_reach(this, stage, areas))


def _within_reach(this: Round, stage: int, areas: Ints) -> Bools:
    """Whether areas may lie within the radius of searches along a stage, by search and area."""
    searches, reaches = this.searches, this.panels.reaches
    route = searches.routes[:, stage]
    first = reaches.miles_at_first[route]
    radius = np.minimum(first + searches.urgency * (reaches.miles_at_last[route] - first), searches.farthest[:, stage])
    small = this.panels.areas[route] == NO_ROUTE
    return np.asarray(small[:, None] | (this.geography.miles_at_least[searches.authority][:, areas] <= radius[:, None]))


def narrowed(this: Round, rows: Ints) -> Round:
    """The same for some of the searches only, which are numbered anew."""
    return this._replace(
        searches=Searches._make(column[rows] for column in this.searches),
        favoured=this.favoured._replace(found=this.favoured.found[rows], first=this.favoured.first[rows]),
        short=Shortlists._make(column[rows] for column in this.short),
        awards=Awards._make(column[rows] for column in this.awards),
    )


def _asked(this: Round, stage: int, geography: Geography) -> Ints:
    """How many homes each search asks along a stage, with such a geography."""
    awards, short = _no_awards(this.searches), Shortlists._make(column.copy() for column in this.short)
    search_all(this._replace(geography=geography, awards=awards, short=short), _with_route(this, stage), stage)
    return awards.referrals


def _ending(geography: Geography, area: int | None, behind: bool) -> Geography:
    """A geography in which every search ends before an area or behind it; before the nearest for none."""
    nearest, nowhere = geography.nearest, geography.miles_at_least.shape[1]
    far = np.full((len(nearest), 1), np.inf)
    ends = np.zeros(len(nearest), dtype=np.int64)
    if area is not None:
        ends = np.argmax(nearest == area, axis=1) + behind
    steps = np.arange(nearest.shape[1] + 1)
    with_end = np.concatenate([nearest, np.full_like(nearest[:, :1], nowhere)], axis=1)
    return Geography(np.where(steps < ends[:, None], with_end, nowhere), np.hstack([geography.miles_at_least, far]))


def _with_route(this: Round, stage: int) -> Ints:
    return np.flatnonzero(this.searches.routes[:, stage] != NO_ROUTE)


def _no_offers(count: int, longest: int, stages: tuple[int, ...]) -> Shortlists:
    lots, scores = np.zeros((count, longest), dtype=np.int64), np.zeros((count, longest))
    return Shortlists(lots, lots.copy(), scores, scores.copy(), np.zeros(count, dtype=np.int64), np.zeros(stages))


def _no_awards(searches: Searches) -> Awards:
    count, none = len(searches.key), np.zeros(len(searches.key), dtype=np.int64)
    asked = np.zeros(searches.routes.shape, dtype=np.bool_)
    return Awards(none, none.copy(), np.zeros(count), np.zeros(count), none.copy(), none.copy(), asked, asked.copy())


def _with_reaches(this: Round, **columns: np.ndarray) -> Round:
    panels = this.panels
    return this._replace(panels=panels._replace(reaches=panels.reaches._replace(**columns)))


def _with_searches(this: Round, **columns: np.ndarray) -> Round:
    return this._replace(searches=this.searches._replace(**columns))


def _with_homes(this: Round, **columns: np.ndarray) -> Round:
    homes: Any = this.homes  # a table of columns, which is a named tuple
    return this._replace(homes=homes._replace(**columns))
