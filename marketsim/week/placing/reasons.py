"""What every home answered to a search, and why: read from a week's placing, which is gone through once more."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.week.placing import whatif
from marketsim.week.placing.replaying import Searched, Tier, tiers
from marketsim.week.placing.tables import Placing, Round


class Answer(Enum):
    """What became of asking a home, in words."""

    CHOSEN = "offered a place, and was chosen"
    OTHER_PREFERRED = "offered a place, but another offer was preferred"
    WENT_TO_ANOTHER = "offered a place, which went to another child"
    OFF_THE_LIST = "offered a place, but better offers filled the shortlist"
    NO_PLACE = "no free place"
    NOT_REACHED = "not asked, because nothing so far away could beat the offers in hand"
    OUT_OF_REACH = "not asked, because it is farther away than is searched this week"
    TAKEN = "its last place had gone to another child earlier in the week"
    OTHER_AREA = "only homes in her authority's own area may take her"
    TOO_NEAR = "too near, because she must live away from her home area"
    TOO_FAR = "farther away than is searched this week"
    KEPT = "its open places are kept for the children of another authority"
    RATED_LOW = "rated below good, and her authority takes only good homes"
    NOT_ALONE = "she must live alone, and it is lived in or too large for one child"
    TOO_DEAR = "asks more than her authority accepts now"
    NEEDS = "declined, because its statement of purpose does not cover her needs"
    AGES = "declined, because its statement of purpose is for other ages"
    AGE_GAP = "declined, because those who live there are of another age"
    SEX = "declined, because those who live there are of the other sex"
    NEED_MIX = "declined, because her needs and theirs do not go together"
    GROUP = "declined, because she does not fit those who live there"
    TERMS = "declined, because the fee or the terms make it less willing"
    RATING = "declined, because her needs would put its rating at risk"
    BREAKDOWNS = "declined, because placements of hers have broken down"
    TOGETHER = "declined, because of several things together"
    NOT_WILLING = "declined, as most homes do for a child with such needs"

    @property
    def offered(self) -> bool:
        """Whether the home offered a place that could be accepted."""
        return self in OFFERS


OFFERS = (Answer.CHOSEN, Answer.OTHER_PREFERRED, Answer.WENT_TO_ANOTHER, Answer.OFF_THE_LIST)
# What nobody is asked about, in the order in which it is told; each with the change that takes it away.
BARS: dict[Answer, whatif.Change] = {
    Answer.TAKEN: whatif.never_full,
    Answer.OTHER_AREA: whatif.any_area,
    Answer.TOO_NEAR: whatif.not_away,
    Answer.TOO_FAR: whatif.any_distance,
    Answer.KEPT: whatif.kept_for_nobody,
    Answer.RATED_LOW: whatif.any_rating,
    Answer.NOT_ALONE: whatif.not_alone,
    Answer.TOO_DEAR: whatif.any_fee,
}
FIT: dict[Answer, whatif.Change] = {
    Answer.NEEDS: whatif.no_needs,
    Answer.AGES: whatif.all_ages,
    Answer.AGE_GAP: whatif.without_loss("age"),
    Answer.SEX: whatif.without_loss("sex"),
    Answer.NEED_MIX: whatif.without_loss("need"),
    Answer.GROUP: whatif.without_loss("age", "sex", "need"),
    Answer.TERMS: whatif.any_terms,
    Answer.RATING: whatif.no_caution,
}


class Request(NamedTuple):
    """A home that a search could have asked, along the route of a `stage`: its row and `lot`, whether it was `asked`,
    what it said, how far it is (miles) and the fee that it quotes without staff of the child's own (GBP/week).

    If it was chosen, `agreed` is the fee agreed, and what that would have been had no other authority wanted the place
    (GBP/week).
    """

    search: int
    stage: int
    route: int
    home: int
    lot: int
    asked: bool
    answer: Answer
    miles: float
    fee: float
    agreed: tuple[float, float] | None = None


def of_search(placing: Placing, search: int, blameless: Floats | None = None) -> list[Request]:
    """What all homes said to one search of a week, and those that it didn't come to.

    `blameless` is how willing homes would be, by search, if no placements had broken down (0-1; not given: unknown).
    """
    return _requests(placing, np.array([search]), None, blameless)


def of_home(placing: Placing, home: int, blameless: Floats | None = None) -> list[Request]:
    """What one home said to all searches of a week, and those that didn't come to it; the same for `blameless`."""
    if not placing.free[placing.panels.lots.pool[placing.panels.lots.home == home]].any():
        return []  # nobody is told of homes without a place
    return _requests(placing, np.arange(len(placing.searches.key)), home, blameless)


def _requests(placing: Placing, wanted: Ints, home: int | None, blameless: Floats | None) -> list[Request]:
    found: list[Request] = []
    for tier in tiers(placing):
        for searched in tier.searched:
            rows = np.intersect1d(searched.rows, wanted)
            if len(rows):
                found.extend(_of_stage(placing, tier, searched, rows, home, blameless))
    return found


def _of_stage(
    placing: Placing, tier: Tier, searched: Searched, rows: Ints, home: int | None, blameless: Floats | None
) -> list[Request]:
    """What was said to some searches along the routes of one stage."""
    panels, stage = placing.panels, searched.stage
    routes = placing.searches.routes[rows, stage]
    every = _lots_of(placing, routes) if home is None else np.flatnonzero(panels.lots.home == home)
    lots = every[placing.free[panels.lots.pool[every]] > 0]
    on_route = (panels.first[routes][:, None] <= lots) & (lots < panels.last[routes][:, None])
    coming = np.flatnonzero(on_route.any(axis=1))
    said = []
    if len(coming):
        asking = None if blameless is None else blameless[rows[coming]]
        this = whatif.narrowed(searched.this, rows[coming])
        asked, answers = _asked(placing, this, stage, lots), _answers(this, stage, lots, asking)
        for at, row in enumerate(rows[coming].tolist()):
            for position in np.flatnonzero(on_route[coming[at]]).tolist():
                lot, came = int(lots[position]), bool(asked[at, position])
                said.append(_said(placing, tier, row, stage, lot, came, answers[at][position]))
    if home is None:
        full = np.setdiff1d(every, lots).tolist()
        said.extend(_request(placing, int(rows[0]), stage, lot, False, Answer.NO_PLACE) for lot in full)
    return said


def _said(placing: Placing, tier: Tier, row: int, stage: int, lot: int, asked: bool, answer: Answer) -> Request:
    """What was said, of what would have been said by a home that is asked."""
    if not asked:
        answer = Answer.OUT_OF_REACH if answer is Answer.TOO_FAR else Answer.NOT_REACHED
    elif answer.offered:
        answer = _outcome(tier, row, lot, stage)
    request = _request(placing, row, stage, lot, asked, answer)
    return request._replace(agreed=tier.agreed(row)) if answer is Answer.CHOSEN else request


def _lots_of(placing: Placing, routes: Ints) -> Ints:
    """The lots of the one search that is looked at."""
    return np.arange(placing.panels.first[routes[0]], placing.panels.last[routes[0]])


def _asked(placing: Placing, this: Round, stage: int, lots: Ints) -> Bools:
    """Whether searches come to lots with a free place, by search and lot."""
    hosts = placing.homes.authority[placing.panels.lots.home[lots]]
    areas = np.unique(hosts)
    return np.asarray(whatif.reached(this, stage, areas)[:, np.searchsorted(areas, hosts)])


def _answers(this: Round, stage: int, lots: Ints, blameless: Floats | None) -> list[list[Answer]]:
    """What lots with a free place say to searches, by search and lot, were all of them asked; CHOSEN for an offer."""
    answers = np.full((len(this.searches.key), len(lots)), Answer.NOT_WILLING, dtype=object)
    wanted = FIT.copy()
    willing_for_all = whatif.changed(this, FIT.values())
    answers[whatif.offering(willing_for_all, stage, lots)] = Answer.TOGETHER
    if blameless is not None:
        wanted[Answer.BREAKDOWNS] = whatif.as_willing(blameless)
    for answer, change in reversed(wanted.items()):
        answers[whatif.offering(change(this), stage, lots)] = answer
    answers[whatif.offering(this, stage, lots)] = Answer.CHOSEN
    for answer in reversed(BARS):
        others = [change for bar, change in BARS.items() if bar is not answer]
        passed = whatif.offering(whatif.changed(this, [whatif.no_choice, *others]), stage, lots)
        answers[~passed] = answer
    return [list(row) for row in answers]


def _outcome(tier: Tier, row: int, lot: int, stage: int) -> Answer:
    """What became of an offer."""
    size, left_with = int(tier.this.short.size[row]), int(tier.place[row])
    listed = tier.this.short.lot[row, :size] == lot
    listed &= tier.this.short.stage[row, :size] == stage
    if not listed.any():
        return Answer.OFF_THE_LIST
    position = int(np.argmax(listed))
    if position == left_with and tier.awards.lot[row] == lot:
        return Answer.CHOSEN
    return Answer.OTHER_PREFERRED if position > left_with else Answer.WENT_TO_ANOTHER


def _request(placing: Placing, row: int, stage: int, lot: int, asked: bool, answer: Answer) -> Request:
    searches, lots = placing.searches, placing.panels.lots
    route, home = int(searches.routes[row, stage]), int(lots.home[lot])
    miles = float(np.hypot(lots.x[lot] - searches.x[row], lots.y[lot] - searches.y[row]))
    return Request(row, stage, route, home, lot, asked, answer, miles, float(lots.fee[lot, searches.band[row]]))


def counted(requests: Sequence[Request]) -> dict[Answer, int]:
    """How many homes gave each answer, the most frequent first."""
    answers = [request.answer for request in requests]
    return dict(sorted(((one, answers.count(one)) for one in Answer if one in answers), key=lambda pair: -pair[1]))
