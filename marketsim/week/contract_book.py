"""What contracts hold, who uses it, what it costs and what it spares: added up by arrangement and authority."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.market.children import OPEN_PLACE, PLACED
from marketsim.market.market import Market
from marketsim.week.buying import Answers
from marketsim.week.paying import Payers
from marketsim.week.recording import YEAR_WEEKS

SUMS = ("places_held", "places_filled", "fees_gbp", "spot_fees_gbp", "retainers_gbp")
HELD, FILLED, FEES, SPOT_FEES, RETAINERS = range(len(SUMS))
AT_START, AT_END = len(SUMS), len(SUMS) + 1  # places held in the arrangement's first week with any, and in the last
WIDTH = len(SUMS) + 2
NO_ROW = -1


@dataclass
class Period:
    """The sums of some weeks, a row a pair of arrangement and authority; and of each week the pairs that were asked for
    a place that stood empty, the children (keys) for whom, and whether a place was offered."""

    weeks: int = 0
    table: Floats = field(default_factory=lambda: np.zeros((0, WIDTH)))
    answers: list[tuple[Ints, Keys, Bools]] = field(default_factory=list)

    def add(self, arrangement: Ints, week: Floats, answers: tuple[Ints, Keys, Bools]) -> None:
        """Add the sums of a week, which may have more pairs than those before; `arrangement` is by pair."""
        missing = len(week) - len(self.table)
        self.table = np.concatenate([self.table, np.zeros((missing, WIDTH))])
        held_before, held_now = (np.bincount(arrangement, table[:, HELD]) > 0 for table in (self.table, week))
        new = (held_now & ~held_before)[arrangement]
        self.table[new, AT_START] = week[new, HELD]
        self.table[:, : len(SUMS)] += week
        self.table[:, AT_END] = week[:, HELD]
        self.answers.append(answers)
        self.weeks += 1

    def asked(self, pairs: Ints) -> tuple[Ints, Ints]:
        """For each of some pairs how many children a place was asked for, and to how many none was ever offered: who
        waits asks every week, and gets the same answer."""
        if not self.answers:
            return np.zeros(len(pairs), dtype=np.int64), np.zeros(len(pairs), dtype=np.int64)
        asked, child, offered = (np.concatenate(parts) for parts in zip(*self.answers, strict=True))
        order = np.lexsort((child, asked))
        asked, child, offered = asked[order], child[order], offered[order]
        first = np.flatnonzero(np.append(True, (np.diff(asked) != 0) | (child[1:] != child[:-1]))[: len(asked)])
        refused = ~np.logical_or.reduceat(offered, first) if len(first) else np.zeros(0, dtype=np.bool_)
        place = np.searchsorted(pairs, asked[first], sorter=np.argsort(pairs))
        rows = np.argsort(pairs)[place]
        return np.bincount(rows, minlength=len(pairs)), np.bincount(rows[refused], minlength=len(pairs))


class ContractBook:
    """Sums of each year of the run, and of its last weeks up to a year. What is held and owed for empty places counts
    for those who share a contract, in their shares; children where they come from.

    `pairs` are the rows of all tables: the number of the arrangement times the number of authorities, plus the
    authority.
    """

    def __init__(self, authorities: int) -> None:
        self.authorities = authorities
        self.pairs, self._row = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        self.years: list[Period] = []
        self.last_weeks, self._year = Period(), Period()
        self._week: tuple[Ints, Floats, tuple[Ints, Keys, Bools]]

    def count(self, market: Market, payers: Payers, answers: Answers) -> None:
        """Count the week as it is when it is paid for."""
        said = self._said(answers)
        week = self._sums(market, payers, said[0])
        self._week = self.pairs // self.authorities, week, said

    def close_week(self, market: Market, last_weeks: int) -> None:
        """Add up the week that was counted last, of which there are `last_weeks` to come with this one."""
        self._year.add(*self._week)
        if last_weeks <= YEAR_WEEKS:
            self.last_weeks.add(*self._week)
        if market.ends("year_of_run"):
            self.years.append(self._year)
            self._year = Period()

    def _sums(self, market: Market, payers: Payers, asked: Ints) -> Floats:
        """The sums of a week (pairs, SUMS); pairs that are new get a row, those that were only `asked` too."""
        of_members, held = self._held(market, payers)
        of_children, lived_in = self._lived_in(market)
        self._know(np.concatenate([of_members, of_children, asked]), len(payers.first) - 1)
        week = np.zeros((len(self.pairs), len(SUMS)))
        for pairs, columns, values in (
            (of_members, [HELD, RETAINERS], held),
            (of_children, [FILLED, FEES, SPOT_FEES], lived_in),
        ):
            for column, amount in zip(columns, values, strict=True):
                week[:, column] = np.bincount(self._row[pairs], weights=amount, minlength=len(week))
        return week

    def _know(self, pairs: Ints, arrangements: int) -> None:
        """Give a row to pairs that have none."""
        if (missing := arrangements * self.authorities - len(self._row)) > 0:
            self._row = np.concatenate([self._row, np.full(missing, NO_ROW)])
        if len(new := np.unique(pairs[self._row[pairs] == NO_ROW])):
            self._row[new] = len(self.pairs) + np.arange(len(new))
            self.pairs = np.concatenate([self.pairs, new])

    def _held(self, market: Market, payers: Payers) -> tuple[Ints, tuple[Floats, Floats]]:
        """Places held and what empty ones cost, of those who share a contract in their shares."""
        holdings, count = market.holdings, len(payers.first) - 1
        places = np.bincount(holdings.arrangement, weights=holdings.places, minlength=count)
        owed = np.bincount(holdings.arrangement, weights=holdings.empty() * holdings.retainer, minlength=count)
        number = np.repeat(np.arange(count), np.diff(payers.first))
        holds = np.flatnonzero(places[number] > 0)
        number, share = number[holds], payers.share[holds]
        pairs = number * self.authorities + payers.member[holds]
        return pairs, (share * places[number], share * owed[number])

    def _lived_in(self, market: Market) -> tuple[Ints, tuple[Floats, Floats, Floats]]:
        """Children in held places, what is paid for them, and what their homes asked on the spot when they came."""
        children = market.children
        rows = np.flatnonzero((children.state == PLACED) & (children.holding != OPEN_PLACE))
        number = market.holdings.arrangement[children.holding[rows]]
        asks = children.asked_fee[rows] + children.extra_fee[rows]
        pairs = number * self.authorities + children.authority[rows]
        return pairs, (np.ones(len(rows)), children.fee[rows], asks)

    def _said(self, answers: Answers) -> tuple[Ints, Keys, Bools]:
        """Pairs that were asked for places held empty within reach, for which children, and whether one was offered."""
        search, stage = np.nonzero(answers.asked)
        pairs = answers.arrangement[search, stage] * self.authorities + answers.authority[search]
        return pairs, answers.child[search], answers.offered[search, stage]
