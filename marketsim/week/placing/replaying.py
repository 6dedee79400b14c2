"""A week's placing once more, tier by tier, for those who want to see how it went: by the very functions of `place`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import NOBODY
from marketsim.week.placing.bargaining import settled_fee
from marketsim.week.placing.match import clear_pools, match_all
from marketsim.week.placing.place import begin, place_tier, rows_of_stage, rows_that_join, rows_with_route, search
from marketsim.week.placing.tables import Awards, Placing, Pools, Round, Shortlists


class Searched(NamedTuple):
    """What `this` was when the searches in `rows` went along the routes of a `stage`, before they did."""

    this: Round
    rows: Ints
    stage: int


class Tier(NamedTuple):
    """One round: the searches in its `rows`, stage by stage; `this` when homes and children were matched; by search
    the `place` on its shortlist of the offer that it was left with (its length: with none) and the child's `burden` on
    the home; and the awards."""

    rows: Ints
    searched: list[Searched]
    this: Round
    place: Ints
    burden: Floats
    awards: Awards

    def agreed(self, row: int) -> tuple[float, float]:
        """The fee that was agreed for a search with an award, and what it would have been had no other authority
        wanted the place (GBP/week, both without staff of the child's own)."""
        lot, stage = int(self.awards.lot[row]), int(self.this.short.stage[row, self.place[row]])
        pools = self.this.pools._replace(rival_buyers=np.full_like(self.this.pools.rival_buyers, NOBODY))
        fee = settled_fee(self.this._replace(pools=pools), row, stage, lot, self.burden[row])
        return float(self.awards.fee[row]), float(fee)


def tiers(placing: Placing) -> Iterator[Tier]:
    """The rounds of a week in turn; `placing` is only read."""
    searches = placing.searches
    this = begin(*placing._replace(free=placing.free.copy()))
    for emergency in (True, False):
        for stage in range(searches.routes.shape[1]):
            rows = rows_of_stage(searches, this.awards, emergency, stage)
            if len(rows) > 0:
                beside, searched = copied(this), []
                joining, at = rows, stage
                while len(joining) > 0:
                    if len(searching := rows_with_route(searches, joining, at)) > 0:
                        searched.append(Searched(copied(beside), searching, at))
                    search(beside, joining, at)
                    at += 1
                    joining = rows_that_join(searches, joining, at)
                clear_pools(beside, rows)
                position, burden = match_all(beside, rows)
                place_tier(this, rows, stage)
                yield Tier(rows, searched, beside, position, burden, this.awards)


def copied(this: Round) -> Round:
    """The same, with copies of all that a round writes."""
    return this._replace(
        free=this.free.copy(),
        pools=Pools._make(column.copy() for column in this.pools),
        short=Shortlists._make(column.copy() for column in this.short),
        awards=Awards._make(column.copy() for column in this.awards),
    )
