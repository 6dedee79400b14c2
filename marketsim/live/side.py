"""One of the two markets of a room: it is lived week by week, changed on the way, and its past can be lived again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from marketsim.core.columns import Ints
from marketsim.experiments.run import Watched, changed_from, forget
from marketsim.live.following.follower import Follower
from marketsim.model import MarketModel
from marketsim.scenario import overlay
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Scenario

OnWeek = Callable[[int], None]


@dataclass(frozen=True)
class Beginning:
    """What a market begins as: its `label`, the scenario as it is written, that with the values of its vector (if it
    draws one), and the seed."""

    label: str
    written: Scenario
    scenario: Scenario
    seed: int


@dataclass
class Changed:
    """What was changed in the room before the week `week`: values by dotted key, and groups that fail (ranks)."""

    week: int
    values: dict[str, Any] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)


class Side:
    """A market that people watch. All that was done to it stands in `scenario`, which run anew gives the same bytes.

    `changed` is what was done to it, in the order of weeks. What is changed during a week holds from the next one on.
    """

    def __init__(self, beginning: Beginning) -> None:
        self.beginning = beginning
        self.follower: Follower | None = None
        self.changed: list[Changed] = []
        self.watched = Watched(beginning.scenario, beginning.seed)
        self.states_before: Ints = self.model.market.children.state.copy()
        self._planned: Scenario | None = None

    @property
    def model(self) -> MarketModel:
        """The model as the latest week left it."""
        return self.watched.model

    @property
    def week(self) -> int:
        """Weeks that are over."""
        return int(self.model.steps)

    @property
    def weeks(self) -> int:
        """Weeks until the end."""
        return self.scenario.horizon.weeks

    @property
    def scenario(self) -> Scenario:
        """What has been run so far and is going to be, all that was changed included."""
        return self.watched.scenario if self._planned is None else self._planned

    def value(self, key: str) -> Any:
        """The value at a dotted key that holds from the next week on; None where there is no such entry."""
        pending = self.changed[-1].values if self.changed and self.changed[-1].week == self.week + 1 else {}
        return pending[key] if key in pending else overlay.value_at(self.model.parameters, key)

    def change(self, values: Mapping[str, Any]) -> None:
        """Other values hold at dotted keys from the next week on. Raises ScenarioError for what isn't allowed."""
        self._plan(values, [])

    def fail(self, rank: int) -> None:
        """The private group of a rank by homes in week 0 fails next week."""
        self._plan({}, [rank])

    def step(self, on_week: OnWeek | None = None) -> bool:
        """Live the next week; False if the last is over.

        Raises ScenarioError for what was changed and can't be lived: asked again, the week is lived without it.
        """
        if self.week >= self.weeks:
            return False
        if self._planned is not None:
            try:
                self._take_up(self._planned, on_week)
            except ScenarioError:
                self.changed = [one for one in self.changed if one.week <= self.week]
                raise
        self._next_week()
        return True

    def follow(self, follower: Follower | None, on_week: OnWeek | None = None) -> None:
        """Follow a child or a home (None: nobody any more): what it has lived through so far is lived again."""
        if self.follower is not None:
            self.follower.detach()
        self.follower = follower
        if follower is not None:
            planned = self._planned
            self.live_again(self.watched.scenario, self.week, on_week)
            self._planned = planned

    def live_again(self, scenario: Scenario, weeks: int, on_week: OnWeek | None = None) -> None:
        """Live a scenario from week 0 on for so many weeks, in place of what was."""
        before, self.watched = self.watched, Watched(scenario, self.beginning.seed)
        forget(before.model)
        self._planned = None
        if self.follower is not None:
            self.follower.attach(self.model)
        while self.week < weeks:
            self._next_week()
            if on_week is not None:
                on_week(self.week)

    def become(self, other: Side, on_week: OnWeek | None = None) -> None:
        """The same as another market up to now: one past, from here on two futures."""
        self.beginning = other.beginning
        self.restore(other.watched.scenario, other.week, other.changed, on_week)

    def restore(self, lived: Scenario, week: int, changed: Sequence[Changed], on_week: OnWeek | None = None) -> None:
        """Live a scenario up to a week, in which so much was changed; what holds from the next week on is planned."""
        self.changed = [Changed(one.week, dict(one.values), list(one.failures)) for one in changed]
        self.live_again(lived, week, on_week)
        if changed and changed[-1].week == week + 1:
            self._planned = _with(lived, changed[-1])

    def go_back(self, week: int, on_week: OnWeek | None = None) -> None:
        """To where it was when a week was over, without what was changed since."""
        kept = [one for one in self.changed if one.week <= week]
        self.restore(reduce(_with, kept, self.beginning.scenario), week, kept, on_week)

    def as_written(self) -> Scenario:
        """What was changed in the room laid over the scenario as it is written: what a comparison with many vectors is
        made of."""
        return reduce(_with, self.changed, self.beginning.written)

    def close(self) -> None:
        """Nobody watches it any more."""
        forget(self.model)

    def _next_week(self) -> None:
        self.states_before = self.model.market.children.state.copy()
        next(iter(self.watched))
        if self.follower is not None:
            self.follower.note_week(self.model)

    def _plan(self, values: Mapping[str, Any], failures: list[int]) -> None:
        """Note what holds from the next week on; what was noted for that week before goes with it."""
        now = self.changed[-1] if self.changed and self.changed[-1].week == self.week + 1 else Changed(self.week + 1)
        both = Changed(now.week, now.values | dict(values), now.failures + failures)
        self._planned = _with(self.watched.scenario, both)
        self.changed = [one for one in self.changed if one.week != both.week] + [both]

    def _take_up(self, planned: Scenario, on_week: OnWeek | None) -> None:
        """Go on as planned; a way of buying that the run has no column for wants the past to be lived again with one.
        """
        self._planned = None
        if self.watched.missing_routes(planned):
            self.live_again(planned, self.week, on_week)
        else:
            self.watched.go_on_as(planned)


def _with(scenario: Scenario, changed: Changed) -> Scenario:
    """The scenario with what was changed before a week."""
    if changed.values:
        scenario = changed_from(scenario, changed.week, changed.values)
    if changed.failures:
        date = scenario.horizon.start + datetime.timedelta(weeks=changed.week)
        given = overlay.given(scenario)
        failing = ({"from": date, "provider_rank": rank} for rank in changed.failures)
        scenario = Scenario.model_validate(given | {"shocks": [*given.get("shocks", []), *failing]})
    return scenario
