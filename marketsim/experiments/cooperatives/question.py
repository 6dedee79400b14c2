"""What is asked of a cooperative's stability, checked before anything is run; and the runs that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from marketsim.experiments import scenarios
from marketsim.experiments.cooperatives import coalitions, leaving, shapley
from marketsim.experiments.definition import Definition
from marketsim.experiments.plan import Plan, plan_for
from marketsim.scenario.errors import ScenarioError, listed
from marketsim.scenario.loading import LoadedScenario

REPLICATES, GROUPS, ORDERS, SHAPLEY_WEEKS = 8, 10, 16, 52
BY_ITSELF: Final = 6  # members up to which Shapley values are worked out unless refused: 58 runs a replicate
ALONE, TOGETHER, SHAPLEY = "alone", "groups", "shapley"  # stages, and the folders of their runs


@dataclass(frozen=True)
class Question:
    """What is asked of which cooperative; `loaded` is the scenario with its own horizon.

    `groups`: most pairs, and most triples, that are looked at. `orders` is the number of sampled orders for Shapley
    values, 0: exact ones. `shapley_weeks` is the length of their runs, 0: none are worked out.
    """

    loaded: LoadedScenario
    cooperative: coalitions.Cooperative
    weeks: int
    replicates: int
    seed: int
    groups: int
    shapley_weeks: int
    orders: int

    @property
    def codes(self) -> list[str]:
        """The ONS codes of the members."""
        return list(self.cooperative.members)

    def plan(self, stage: str, splits: list[leaving.Split]) -> Plan:
        """The runs of a stage: one a split and replicate, with the same children and luck in all splits."""
        name, weeks = self.loaded.scenario.name, self.shapley_weeks if stage == SHAPLEY else self.weeks
        definition = Definition.model_validate({
            "name": stage, "scenarios": [str(self.loaded.path)], "replicates": self.replicates,
            "seed": self.seed, "weeks": weeks, "question": f"Who stays in {self.cooperative.name} of {name}?",
        })  # fmt: skip
        also = {"stage": stage, "cooperative": self.cooperative.name, "members": self.codes}
        return plan_for(definition, self.loaded, leaving.points_of(self.cooperative.name, splits), also)

    def alone(self) -> Plan:
        """The first stage: all, nobody, and all but each."""
        return self.plan(ALONE, leaving.each_alone(self.codes))

    def joining(self) -> list[tuple[str, ...]]:
        """The orders in which members are thought to join; none if Shapley values are exact."""
        return shapley.sampled_orders(self.codes, self.orders, self.seed) if self.orders else []

    def game(self) -> Plan:
        """The runs for Shapley values: every coalition, or those of sampled orders; and all but each."""
        orders = self.joining()
        wanted = shapley.coalitions_of(orders) if orders else shapley.every_coalition(self.codes)
        splits = [self.split_of(one) for one in wanted]
        return self.plan(SHAPLEY, [*leaving.each_alone(self.codes), *splits])

    def split_of(self, coalition: shapley.Players) -> leaving.Split:
        """Exactly these in the cooperative."""
        return leaving.Split.of([code for code in self.codes if code in coalition])


def asked(
    scenario: scenarios.Named, cooperative: str | None = None, weeks: int | None = None, replicates: int = REPLICATES,
    seed: int = 1, groups: int = GROUPS, with_shapley: bool | None = None, shapley_weeks: int | None = None,
    permutations: int | None = None,
) -> Question:  # fmt: skip
    """The question, checked; nothing is run or written. Raises ScenarioError, and ValueError for numbers out of range.

    `with_shapley` None: for up to BY_ITSELF members. `permutations` None: exact values up to ten members, else ORDERS.
    """
    loaded = scenarios.loaded_scenario(scenario)
    found = coalitions.cooperative_of(scenarios.as_scenario(loaded, weeks), cooperative)
    if len(found.members) < 2:
        words = f"{found.name} has one member, {listed(list(found.members.values()))}; who is alone can't leave anybody"
        raise ScenarioError(words, loaded.scenario.name)
    for what, value, least, most in (("replicates", replicates, 1, 10_000), ("groups", groups, 0, 1_000)):
        if not least <= value <= most:
            raise ValueError(f"the number of {what} must be from {least} to {most}, got {value}")
    length = loaded.scenario.horizon.weeks if weeks is None else weeks
    wanted = len(found.members) <= BY_ITSELF if with_shapley is None else with_shapley
    few = len(found.members) <= shapley.MOST_EXACT
    orders = (0 if few else ORDERS) if permutations is None else permutations
    if permutations is not None:
        shapley.check_orders(permutations)
    return Question(
        loaded, found, length, replicates, seed, groups,
        min(shapley_weeks or SHAPLEY_WEEKS, length) if wanted else 0, orders,
    )  # fmt: skip
