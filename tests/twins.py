"""The same levers in a small world: what a shipped scenario says, laid over the town instead of England."""

from __future__ import annotations

from marketsim.scenario import loading, reader, shipped
from marketsim.scenario.overlay import laid_over
from marketsim.scenario.schema import Scenario

TOWN = "town"
IN_ENGLAND = {  # these run as they ship, for half a year; they cover the world, and the usual ways of buying
    "backcast_2014", "baseline_2023", "beds_close", "block", "block_uplift", "cooperative", "cooperative_designed",
    "cooperative_phased", "england_2024", "framework", "greater_manchester", "group_fails", "regional_demand",
    "soft_block", "soft_block_new_homes", "south_east", "south_east_all", "spot", "volume_terms", "west_midlands",
}  # fmt: skip
OF_THE_WORLD = ("world", "horizon", "uncertainty", "shocks")


def has_twin(name: str) -> bool:
    """Whether a shipped scenario is tried in the town rather than in England; those of real places can't be."""
    return name not in IN_ENGLAND | {TOWN} and shipped.find_scenario(name).parent.name != "real_cases"


def twin_of(name: str) -> Scenario:
    """A shipped scenario in the town: its levers and dates, the town's world, length and numbers."""
    of_town = reader.read_yaml(shipped.find_scenario(TOWN)).values
    of_town = {key: value for key, value in of_town.items() if key not in ("extends", "question", "name")}
    given = loading.load_scenario(name).given
    levers = {key: value for key, value in given.items() if key not in OF_THE_WORLD}
    return Scenario.model_validate(laid_over(levers, of_town | {"name": f"{name} in a town"}))
