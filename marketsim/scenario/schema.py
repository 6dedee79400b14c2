"""What a scenario may say: every field with its type, unit, bounds, default, status and source.

The sections are read by the parts of the model that share their names. Money is in pounds of the week in which it is
paid; `economy` moves costs from week to week. Sources named "targets" are the rows of england/targets.csv.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, SerializeAsAny, ValidationError, field_validator, model_validator

from marketsim.scenario import errors, levers
from marketsim.scenario.overlay import given, laid_over
from marketsim.scenario.sections.authorities import Commissioning, Economy, OwnHomes, Unregistered
from marketsim.scenario.sections.base import (
    Band,
    Plug,
    PoundsByNeed,
    PoundsPerWeek,
    Section,
    Share,
    ShareByNeed,
    figure,
    lever,
)
from marketsim.scenario.sections.children import Demand, Need, Stays
from marketsim.scenario.sections.dated import Change, ProviderFailure
from marketsim.scenario.sections.matching import Matching
from marketsim.scenario.sections.providers import Providers, Ratings
from marketsim.scenario.sections.staffing import Staffing
from marketsim.scenario.sections.world import EnglandWorld, Horizon, Place, SyntheticWorld, World, places_of, rows_of
from marketsim.scenario.shape import shape_of
from marketsim.scenario.tiers import Order, flat

__all__ = [
    "Band", "Commissioning", "Demand", "Economy", "EnglandWorld", "Matching", "Need", "OwnHomes", "PoundsByNeed",
    "Providers",
    "Purchasing", "Scenario", "Section", "ShareByNeed", "Staffing", "Stays", "SyntheticWorld", "World",
]  # fmt: skip

LONGEST_NAME = 80
FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")

Path = tuple[str | int, ...]
Rule = Annotated[SerializeAsAny[levers.Lever], PlainValidator(levers.parse_lever)]
Policy = Annotated[
    SerializeAsAny[levers.Lever], PlainValidator(lambda fields: levers.parse_lever(fields, levers.POLICIES))
]


class Group(Section):
    """Authorities that buy in another order of routes than the rest."""

    name: str
    authorities: list[str] = Field(default_factory=list, description="names or ONS codes")
    regions: list[str] = Field(default_factory=list, description="names of regions")
    order: Order = Field(description="arrangements in the order in which they are tried")


class Purchasing(Section):
    """The arrangements there are, and the order in which each authority tries them."""

    arrangements: dict[str, Rule] = Field(description="arrangements by name, each with its rule and the rule's fields")
    order: Order = Field(
        description="arrangements in the order in which authorities try them; those of a list within it side by side"
    )
    preferences: dict[str, PoundsPerWeek] = lever(
        {}, "fee that it would pay more for an offer through an arrangement where several are weighed (GBP/week)"
    )
    groups: list[Group] = Field(default_factory=list, description="authorities that use another order")
    order_before: Order = Field(
        default_factory=list, description="the order in which all tried them before week 0; not given: `order`"
    )
    at_start: dict[str, Share] = figure(
        {}, "share of the bought placements of week 0 by arrangement; the rest is the last arrangement's in `order`"
    )

    @model_validator(mode="after")
    def _orders_name_arrangements(self) -> Purchasing:
        _check_order(self.order, self.arrangements, ("order",))
        if self.order_before:
            _check_order(self.order_before, self.arrangements, ("order_before",))
        for number, group in enumerate(self.groups):
            _check_order(group.order, self.arrangements, ("groups", number, "order"))
        for name, rule in self.arrangements.items():
            if (inner := levers.inside(rule)) is not None:
                _check_order(inner, self.arrangements, ("arrangements", name, "order"), within=name)
        for key, named in (("at_start", self.at_start), ("preferences", self.preferences)):
            for name in named:
                if name not in self.arrangements:
                    raise errors.LocatedError((key, name), "unknown arrangement", name, sorted(self.arrangements))
        if sum(self.at_start.values()) > 1:
            raise errors.LocatedError(("at_start",), "the shares add up to more than 1")
        return self

    def orders(self) -> list[list[str]]:
        """The names in the order of all, then in those of the groups."""
        return [flat(order) for order in (self.order, *(group.order for group in self.groups))]

    def before(self) -> Purchasing:
        """How all bought before week 0."""
        return self.model_copy(update={"order": self.order_before or self.order, "groups": []})


CHANGEABLE = (
    "demand", "need", "matching", "providers", "staffing", "ratings", "commissioning", "unregistered", "economy",
    "purchasing", "policies",
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
    matching: Matching = Matching()
    providers: Providers = Providers()
    staffing: Staffing = Staffing()
    ratings: Ratings = Ratings()
    commissioning: Commissioning = Commissioning()
    unregistered: Unregistered = Unregistered()
    economy: Economy = Economy()
    purchasing: Purchasing
    policies: dict[str, Policy] = Field(
        default_factory=dict, description="policies by name, each with its policy and the policy's fields"
    )
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
                f"letter or digit, got {errors.shown(name)}"
            )
        return name

    @classmethod
    def plugged_in(cls) -> tuple[Plug, ...]:
        """The purchasing rules, as entries of `purchasing.arrangements`, and the policies, as those of `policies`."""
        return (
            Plug("purchasing", "arrangements", levers.RULES.key, tuple(levers.registered_levers().items())),
            Plug("", "policies", levers.POLICIES.key, tuple(levers.registered_levers(levers.POLICIES).items())),
        )

    @model_validator(mode="after")
    def _authorities_exist(self) -> Scenario:
        places = places_of(self.world)
        _check_claims(places, "groups", _groups(self.purchasing, places))
        _check_claims(places, "cooperatives", _memberships(self.purchasing, places))
        _check_named(self.purchasing, places)
        _check_policies(self.policies, places)
        return self

    @model_validator(mode="after")
    def _changes_are_scenarios(self) -> Scenario:
        _check_dates(self)
        _check_changes(self)
        _check_places(self)
        return self

    def in_turn(self) -> Iterator[Scenario]:
        """The scenarios that hold after each of its changes, which build on one another."""
        values = given(self.model_copy(update={"changes": []}))
        for change in self.changes:
            values = laid_over(values, given(change.model_extra))
            yield Scenario.model_validate(values)


def _check_order(order: Order, arrangements: dict[str, levers.Lever], path: Path, within: str | None = None) -> None:
    """Every name is an arrangement and occurs once; a cooperative doesn't contain a cooperative, nor share a tier."""
    if not flat(order):
        raise errors.LocatedError(path, "names no arrangement; at least one is needed")
    seen: set[str] = set()
    for position, tier in enumerate(order):
        if tier == []:
            raise errors.LocatedError((*path, position), "is an empty tier; name an arrangement in it")
        for place, name in enumerate([tier] if isinstance(tier, str) else tier):
            where: Path = (*path, position) if isinstance(tier, str) else (*path, position, place)
            if name not in arrangements:
                raise errors.LocatedError(where, "unknown arrangement", name, sorted(arrangements))
            if name in seen:
                raise errors.LocatedError(where, f"the arrangement {name!r} is named twice")
            seen.add(name)
            whole = levers.inside(arrangements[name]) is not None
            if within is not None and whole:
                raise errors.LocatedError(where, f"a cooperative can't buy through the cooperative {name!r}")
            if whole and not isinstance(tier, str):
                raise errors.LocatedError(where, f"the cooperative {name!r} can't share a tier: it has its own")


Claims = Iterator[tuple[str, list[int], Path]]  # a name, the rows of its authorities, and where they are named


def _groups(purchasing: Purchasing, places: Sequence[Place]) -> Claims:
    for number, group in enumerate(purchasing.groups):
        path: Path = ("purchasing", "groups", number)
        yield group.name, rows_of(places, group.authorities, group.regions, path), path


def _memberships(purchasing: Purchasing, places: Sequence[Place]) -> Claims:
    used = {name for order in purchasing.orders() for name in order}
    for name, rule in purchasing.arrangements.items():
        members = levers.membership(rule)
        if members is not None and name in used:
            path: Path = ("purchasing", "arrangements", name, "members")
            rows = rows_of(places, members[0], members[1], path)
            yield name, rows if any(members) else list(range(len(places))), path


def _check_named(purchasing: Purchasing, places: Sequence[Place]) -> None:
    """Further authorities that arrangements name are there."""
    for name, rule in purchasing.arrangements.items():
        for key, names in levers.named(rule).items():
            rows_of(places, names, [], ("purchasing", "arrangements", name, key))


def _check_policies(policies: dict[str, levers.Lever], places: Sequence[Place]) -> None:
    """Policies name authorities that there are, and none contradicts another that is in force for the same one. Raises
    LocatedError at the second of two, which says where the first is."""
    before: list[tuple[str, levers.Lever, set[int]]] = []
    for name, policy in policies.items():
        path: Path = ("policies", name)
        named = (getattr(policy, "authorities", []), getattr(policy, "regions", []))
        rows = set(rows_of(places, *named, path) if any(named) else range(len(places)))
        if not getattr(policy, "active", True):
            continue
        for other_name, other, others in before:
            if rows & others and (words := levers.contradiction(other, policy)):
                raise errors.LocatedError(path, f"contradicts {other_name!r}: {words}", beside=("policies", other_name))
        before.append((name, policy, rows))


def _check_claims(places: Sequence[Place], kind: str, claims: Claims) -> None:
    """No authority is in two groups, or in two cooperatives. Raises LocatedError at the second mention."""
    taken: dict[int, str] = {}
    for name, rows, path in claims:
        for row in rows:
            if row in taken:
                message = f"the authority {places[row].name!r} is in two {kind}, {taken[row]!r} and {name!r}"
                raise errors.LocatedError(path, message)
            taken[row] = name


def _check_dates(scenario: Scenario) -> None:
    """Changes stand in the order of their dates, and nothing lies before the start."""
    before = scenario.horizon.start
    for number, change in enumerate(scenario.changes):
        if change.date < before:
            words = f"lies before {before}; changes stand in the order of their dates"
            raise errors.LocatedError(("changes", number, "from"), words)
        before = change.date
    for number, shock in enumerate(scenario.shocks):
        if shock.date < scenario.horizon.start:
            raise errors.LocatedError(("shocks", number, "from"), f"lies before the start, {scenario.horizon.start}")


def _check_changes(scenario: Scenario) -> None:
    """Changes name sections that can change, and lead to scenarios. Raises LocatedError at what is wrong."""
    in_turn = scenario.in_turn()
    for number, change in enumerate(scenario.changes):
        path: Path = ("changes", number)
        for section in change.model_extra or {}:
            if section not in CHANGEABLE:
                raise _cannot_change((*path, section), section)
        try:
            next(in_turn)
        except ValidationError as error:
            raise _located(path, error) from None


def _cannot_change(path: Path, section: str) -> errors.LocatedError:
    allowed = sorted(CHANGEABLE)
    if section in Scenario.model_fields:
        return errors.LocatedError(path, f"can't change within a run; allowed: {', '.join(allowed)}")
    return errors.LocatedError(path, "unknown key", section, allowed)


def _located(path: Path, error: ValidationError) -> errors.LocatedError:
    """The first complaint about a changed scenario, at the entry of the change that it is about."""
    detail = error.errors(include_url=False)[0]
    cause = detail.get("ctx", {}).get("error")
    where = (*path, *detail["loc"])
    if isinstance(cause, errors.LocatedError):
        return errors.LocatedError((*where, *cause.path), str(cause))
    if detail["type"] == "extra_forbidden":
        shape = shape_of(Scenario)  # without values, which choose among alternatives, it may say nothing
        for step in detail["loc"][:-1]:
            shape = shape.at(step)
        allowed = list(shape.schema.get("properties", {}))
        return errors.LocatedError(where, "unknown key", str(detail["loc"][-1]), allowed)
    words = detail["msg"].replace("Input should be", "expected")
    return errors.LocatedError(where, f"{words[:1].lower()}{words[1:]}, got {errors.shown(detail['input'])}")


def _check_places(scenario: Scenario) -> None:
    """Regions and authorities named in demand and in the opening of own homes exist."""
    places = places_of(scenario.world)
    known = sorted({place.region for place in places})
    for region in scenario.demand.growth_by_region:
        if region not in known:
            raise errors.LocatedError(("demand", "growth_by_region", region), "unknown region", region, known)
    for number, policy in enumerate(scenario.commissioning.own_homes):
        rows_of(places, policy.authorities, policy.regions, ("commissioning", "own_homes", number))
