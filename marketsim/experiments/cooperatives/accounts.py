"""Runs of a cooperative's scenario with other members in it, and what each member spends in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from marketsim.core import interrupts
from marketsim.core.columns import Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.cooperatives import leaving, sharing
from marketsim.experiments.cooperatives.coalitions import cooperative_of
from marketsim.experiments.run import forget
from marketsim.experiments.sweep import made_of
from marketsim.experiments.tasks import Made, RunTask
from marketsim.market.authorities import Authorities
from marketsim.model import MarketModel
from marketsim.purchasing.rule import Arrangement
from marketsim.results.outcomes import MEASURES, Tally
from marketsim.scenario.drawn_values import with_vector
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.world import places_of
from marketsim.week.paying import Payers

SPEND = "spend_"  # before the way of sharing: GBP a year, mean of all weeks of the run
JOINT, USE, WEEKS_IN = "joint", "child_weeks", "weeks_in"  # GBP a year; child-weeks; weeks
CONTEXT = (
    "children_placed", "out_of_area_share", "distance_mean_miles", "children_unregistered", "children_waiting",
)  # fmt: skip


def make_accounts(task: RunTask) -> Made:
    """A run in a worker: rows of what each member spends under every way of sharing, and what else there is to tell."""
    return made_of(task, lambda: _rows(task, _kept(task)))


def make_spends(task: RunTask) -> Made:
    """The same with the rows of what each member spent in the run only."""
    return made_of(task, lambda: _rows(task, {SPEND + sharing.AS_SET: _kept(task)[SPEND + sharing.AS_SET]}))


def _kept(task: RunTask) -> dict[str, Floats]:
    split = leaving.Split.read(task.settings)
    lived = leaving.with_split(task.scenario, task.settings[leaving.COOPERATIVE], split)
    return accounts_of(with_vector(lived, task.vector), task.seed, task.settings[leaving.COOPERATIVE])


def _rows(task: RunTask, kept: dict[str, Floats]) -> pd.DataFrame:
    """Columns outcome, region (the ONS code of a member) and value."""
    codes = _codes(task.scenario)
    rows = [codes.index(code) for code in cooperative_of(task.scenario, task.settings[leaving.COOPERATIVE]).members]
    frames = [
        pd.DataFrame({"outcome": name, "region": [codes[row] for row in rows], "value": value[rows]})
        for name, value in kept.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _codes(scenario: Scenario) -> list[str]:
    return [place.code for place in places_of(scenario.world)]


def accounts_of(scenario: Scenario, seed: int, name: str) -> dict[str, Floats]:
    """One run, and a value an authority: what it spends under each way of sharing the joint cost of the cooperative of
    that name, and the rest of JOINT, USE, WEEKS_IN and CONTEXT; over all weeks of the run."""
    with interrupts.deferred():
        model = BookedModel(scenario, seed, name)
    try:
        books = Books(model.market.authorities, model.recorder.names)
        while model.steps < scenario.horizon.weeks:
            with interrupts.deferred():
                model.step()
            books.add(model)
        return books.values()
    finally:
        forget(model)


class Books:
    """What is added up of a run, by authority."""

    def __init__(self, areas: Authorities, names: Sequence[str]) -> None:
        self._areas, self._names, self._weeks = areas, names, 0
        self._sums: Floats = np.zeros((len(areas), len(names)))
        self._spend = {way: np.zeros(len(areas)) for way in sharing.WAYS}
        self._of_members = {name: np.zeros(len(areas)) for name in (JOINT, USE, WEEKS_IN)}

    def add(self, model: BookedModel) -> None:
        """Add the week that the model has just lived."""
        self._weeks += 1
        self._sums += model.recorder.week
        joint = model.joint
        for way, spend in sharing.spends(model.ledger.spend, joint, self._areas.population).items():
            self._spend[way] += spend
        if joint is not None:
            for name, value in ((JOINT, joint.paid), (USE, joint.used), (WEEKS_IN, 1.0)):
                self._of_members[name][joint.members] += value

    def values(self) -> dict[str, Floats]:
        """The sums as means of a year, and the measures of CONTEXT over all weeks."""
        a_year = WEEKS_PER_YEAR / self._weeks
        tally = Tally(dict(zip(self._names, self._sums.T, strict=True)), self._weeks)
        spend = {SPEND + way: a_year * value for way, value in self._spend.items()}
        told = self._of_members | {JOINT: a_year * self._of_members[JOINT]}
        return spend | told | {name: MEASURES[name].value(tally) for name in CONTEXT}


class BookedModel(MarketModel):
    """The market with a look at the moment of paying: `joint` is what the cooperative owes in the week; None while it
    has no members."""

    joint: sharing.Joint | None = None

    def __init__(self, parameters: Scenario, seed: int, name: str) -> None:
        super().__init__(parameters, seed)
        self._name = name

    def _begin_purchasing(self) -> None:
        super()._begin_purchasing()
        self.payers = self._noting = NotingPayers(self.orders.arrangements, self.orders.ended)

    def pay(self) -> None:
        """Pay, and note what went by the cooperative's shares."""
        self._noting.owed[:] = 0
        super().pay()
        if self.market.week > 0:
            whole = self._cooperative()
            self.joint = None if whole is None else self._joint(whole)

    def _cooperative(self) -> Arrangement | None:
        going = (one for one in self.orders.arrangements if one.number not in self.orders.ended)
        return next((one for one in going if one.name == self._name), None)

    def _joint(self, whole: Arrangement) -> sharing.Joint:
        paid, used = np.zeros(len(whole.members)), np.zeros(len(whole.members))
        for number in (whole.number, *whole.inner):
            paid += self._noting.of(number)[: len(paid)]  # those behind them have left and still pay
            used += self.market.children_placed_through(number)[whole.members]
        paid += self.ledger.paid["common_pot"][whole.members]  # adds up to 0, so that only who pays is another
        return sharing.Joint(whole.members, paid, used)


class NotingPayers(Payers):
    """Payers who note how much was `owed` under each arrangement (GBP) since somebody last set it to 0."""

    def __init__(self, arrangements: Sequence[Arrangement], ended: Collection[int] = ()) -> None:
        super().__init__(arrangements, ended)
        self.owed = np.zeros(len(arrangements))

    def charge(self, paid: Floats, arrangement: Ints, amount: Floats) -> None:
        """Add amounts to what members have paid, and note them."""
        np.add.at(self.owed, arrangement, amount)
        super().charge(paid, arrangement, amount)

    def of(self, number: int) -> Floats:
        """What each of those who pay for an arrangement, members first, pays of what was owed under it."""
        return np.asarray(self.owed[number] * self.share[self.first[number] : self.first[number + 1]])
