"""What a scenario may say: every field with its type, unit, bounds, default, status and source.

The sections are read by the parts of the model that share their names. Money is in pounds of the week in which it is
paid; `economy` moves costs from week to week. Sources named "targets" are the rows of england/targets.csv.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, SerializeAsAny, field_validator, model_validator

from marketsim.core.units import Share, figure
from marketsim.purchasing.rule import PurchasingRule, parse_rule
from marketsim.scenario.errors import LocatedError, shown
from marketsim.scenario.sections.authorities import Commissioning, Economy, OwnHomes, Unregistered
from marketsim.scenario.sections.base import ByNeed, PoundsByNeed, RatioByNeed, Section, ShareByNeed
from marketsim.scenario.sections.children import Demand, Need, Stays
from marketsim.scenario.sections.providers import Providers, Ratings
from marketsim.scenario.sections.world import EnglandWorld, Horizon, SyntheticWorld, World

__all__ = [
    "CHANGEABLE",
    "ByNeed",
    "Change",
    "Commissioning",
    "Demand",
    "Economy",
    "EnglandWorld",
    "Group",
    "Horizon",
    "Need",
    "OwnHomes",
    "PoundsByNeed",
    "ProviderFailure",
    "Providers",
    "Purchasing",
    "Ratings",
    "RatioByNeed",
    "Rule",
    "Scenario",
    "Section",
    "ShareByNeed",
    "Stays",
    "SyntheticWorld",
    "Unregistered",
    "World",
]

LONGEST_NAME = 80
FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")

Rule = Annotated[SerializeAsAny[PurchasingRule], PlainValidator(parse_rule)]


class Group(Section):
    """Authorities that buy in another order of routes than the rest."""

    name: str
    authorities: list[str] = Field(default_factory=list, description="names or ONS codes")
    regions: list[str] = Field(default_factory=list, description="names of regions")
    order: list[str] = Field(description="arrangements in the order in which they are tried")


class Purchasing(Section):
    """The arrangements there are, and the order in which each authority tries them."""

    arrangements: dict[str, Rule] = Field(description="arrangements by name, each with its rule and the rule's fields")
    order: list[str] = Field(description="arrangements in the order in which authorities try them")
    groups: list[Group] = Field(default_factory=list, description="authorities that use another order")
    at_start: dict[str, Share] = figure(
        {}, "share of the bought placements of week 0 by arrangement; the rest is the last arrangement's in `order`"
    )

    @model_validator(mode="after")
    def _orders_name_arrangements(self) -> Purchasing:
        _check_order(self.order, self.arrangements, ("order",))
        for number, group in enumerate(self.groups):
            _check_order(group.order, self.arrangements, ("groups", number, "order"))
        for name, rule in self.arrangements.items():
            inner = getattr(rule, "order", None)
            if inner is not None:
                _check_order(inner, self.arrangements, ("arrangements", name, "order"), within=name)
        for name in self.at_start:
            if name not in self.arrangements:
                raise LocatedError(
                    ("at_start", name), "unknown arrangement", given=name, allowed=sorted(self.arrangements)
                )
        if sum(self.at_start.values()) > 1:
            raise LocatedError(("at_start",), "the shares add up to more than 1")
        return self


class ProviderFailure(Section):
    """A dated shock: a large private group fails and its homes close, with the children back on the market."""

    date: Annotated[datetime.date, Field(alias="from", description="date of the failure")]
    provider_rank: Annotated[int, Field(ge=1, le=10_000, json_schema_extra={"unit": "rank"})] = figure(
        1, "which private group: 1 is the one with most homes in week 0"
    )
    closes_share: Share = figure(1.0, "share of its homes that close at once; others take over the rest")


class Change(BaseModel):
    """Values that hold from a date on: any of the sections that describe the market, but for `world` and `stays`."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True, allow_inf_nan=False)
    date: Annotated[datetime.date, Field(alias="from", description="date from which the values hold")]


CHANGEABLE = (
    "demand", "need", "providers", "ratings", "commissioning", "unregistered", "economy", "purchasing",
)  # fmt: skip


class Scenario(Section):
    """One file of assumptions: a complete, checked description of a run apart from its seed."""

    name: str = Field(
        default="scenario",
        description="shown in tables and used for folders: up to 80 letters, digits, spaces, dots, dashes, underscores",
    )
    question: str = Field(default="", description="the question that the scenario asks")
    description: str = Field(default="", description="anything else that a reader should know")
    uncertainty: Literal["plausible", "none"] = Field(
        default="none",
        description="`plausible`: values that the scenario doesn't set are drawn, run by run, from the plausible set; "
        "`none`: they are the defaults",
    )
    horizon: Horizon = Horizon()
    world: World = EnglandWorld()
    demand: Demand = Demand()
    stays: Stays = Stays()
    need: Need = Need()
    providers: Providers = Providers()
    ratings: Ratings = Ratings()
    commissioning: Commissioning = Commissioning()
    unregistered: Unregistered = Unregistered()
    economy: Economy = Economy()
    purchasing: Purchasing
    shocks: list[ProviderFailure] = Field(default_factory=list, description="groups that fail at a date")
    changes: list[Change] = Field(
        default_factory=list, description="values that change at a date within the run, in the order of dates"
    )

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if len(name) > LONGEST_NAME or not FOLDER_NAME.fullmatch(name):
            raise ValueError(
                f"expected up to {LONGEST_NAME} letters, digits, spaces, dots, dashes or underscores, beginning with a "
                f"letter or digit, got {shown(name)}"
            )
        return name

    @model_validator(mode="after")
    def _authorities_exist(self) -> Scenario:
        from marketsim.scenario.members import check_memberships

        check_memberships(self)
        return self

    @model_validator(mode="after")
    def _changes_are_scenarios(self) -> Scenario:
        from marketsim.scenario.changes import check_changes

        check_changes(self)
        return self


def _check_order(
    order: list[str], arrangements: dict[str, Any], path: tuple[str | int, ...], within: str | None = None
) -> None:
    """Every name is an arrangement and occurs once; a cooperative doesn't contain a cooperative."""
    if not order:
        raise LocatedError(path, "names no arrangement; at least one is needed")
    for position, name in enumerate(order):
        if name not in arrangements:
            raise LocatedError((*path, position), "unknown arrangement", given=name, allowed=sorted(arrangements))
        if order.index(name) != position:
            raise LocatedError((*path, position), f"the arrangement {name!r} is named twice")
        if within is not None and hasattr(arrangements[name], "order"):
            raise LocatedError((*path, position), f"a cooperative can't buy through the cooperative {name!r}")
