"""Whatever a scenario switches on by name: the base of all such classes, and the registry that finds them."""

from __future__ import annotations

import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Literal, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from marketsim.core import plugins
from marketsim.scenario import errors
from marketsim.scenario.sections.base import Section
from marketsim.scenario.tiers import Order

NAME = re.compile("[a-z][a-z0-9_]*")
Said = TypeVar("Said")
_NAMES: TypeAdapter[Order | None] = TypeAdapter(Order | None)
_WORDS: TypeAdapter[str] = TypeAdapter(str)
_NAMED: TypeAdapter[dict[str, list[str]]] = TypeAdapter(dict[str, list[str]])
_MEMBERS: TypeAdapter[tuple[list[str], list[str]] | None] = TypeAdapter(tuple[list[str], list[str]] | None)


@dataclass(frozen=True)
class About:
    """What is known of a lever: whether somebody has `tried` it, `who` did or proposed it with the figures that are
    reported, what is `claimed` of it, how `sure` that is and what in it is assumed, and its `rows` in the inventory of
    what commissioners have tried or proposed."""

    tried: Literal["tried", "proposed", "explored", "happens"]
    who: str
    claimed: str
    sure: str
    rows: tuple[str, ...] = ()


class Lever(Section):
    """Base of all that a scenario switches on by name; the fields of a subclass are what a scenario may set."""

    name: ClassVar[str]
    about: ClassVar[About | None] = None
    terms: ClassVar[dict[str, About]] = {}  # of some fields that are levers of their own

    def inside(self) -> Order | None:
        """The arrangements that it is made of, in the order in which it tries them (its field `order`); None for one
        that stands for itself."""
        return None

    def membership(self) -> tuple[list[str], list[str]] | None:
        """Its members by name or ONS code and by region (in its field `members`), nobody named for everybody, if no
        authority can be in two such levers; None if it has no members."""
        return None

    def named(self) -> dict[str, list[str]]:
        """Authorities (names or ONS codes) that further fields name, by field; they must be there."""
        return {}

    def contradicts(self, other: Lever) -> str:
        """Why it can't be in force beside another of its kind for the same authority; empty if it can."""
        return ""


@dataclass(frozen=True)
class Kind:
    """A kind of levers: what one is called, the key of a scenario that names it, the class that all derive from (as
    `package.module:Class`; the package is where they are), and the variable that names folders with more."""

    noun: str
    key: str
    base: str
    variable: str


RULES = Kind("purchasing rule", "rule", "marketsim.purchasing.rule:PurchasingRule", "MARKETSIM_RULES")
POLICIES = Kind("policy", "policy", "marketsim.policies.policy:Policy", "MARKETSIM_POLICIES")
KINDS = (RULES, POLICIES)


class UnknownLever(ValueError):
    """The word behind `rule:` or `policy:` names no registered lever of that kind."""

    def __init__(self, given: object, allowed: list[str], noun: str) -> None:
        self.given, self.allowed = given, allowed
        super().__init__(f"unknown {noun} {given!r}; allowed are {', '.join(allowed)}")


def registered_levers(kind: Kind = RULES) -> dict[str, type[Lever]]:
    """All levers of a kind by name, sorted: those of its package, and those in the folders that its variable names.

    Raises ScenarioError, one line with the file, for a fault in a user's file.
    """
    try:
        files = plugins.files_in(kind.variable)
    except NotADirectoryError as error:
        raise errors.ScenarioError(f"{kind.variable} names {error.filename}, which is not a folder") from None
    return _registered(kind, files)


def all_levers() -> list[tuple[Kind, type[Lever]]]:
    """The levers of all kinds, with the kind of each."""
    return [(kind, lever) for kind in KINDS for lever in registered_levers(kind).values()]


def parse_lever(fields: Any, kind: Kind = RULES) -> Lever:
    """The lever that a mapping from YAML describes. Raises UnknownLever, or pydantic's ValidationError."""
    if isinstance(fields, Lever):
        return fields
    levers = registered_levers(kind)
    name = fields.get(kind.key) if isinstance(fields, dict) else None
    if not isinstance(name, str) or name not in levers:
        raise UnknownLever(name, list(levers), kind.noun)
    lever = levers[name]
    return guarded(lever, "reading its fields", lambda: lever.model_validate(fields), passing=ValidationError)


def inside(lever: Lever) -> Order | None:
    """What `Lever.inside` says. Raises ScenarioError, with the file and the hook, for a fault in a user's."""
    return guarded(type(lever), "inside", lambda: _NAMES.validate_python(lever.inside()))


def contradiction(one: Lever, other: Lever) -> str:
    """What `Lever.contradicts` of either says of the other; empty if they go together. Raises ScenarioError as above.
    """

    def said(lever: Lever, beside: Lever) -> str:
        return guarded(type(lever), "contradicts", lambda: _WORDS.validate_python(lever.contradicts(beside)))

    return said(one, other) or said(other, one)


def membership(lever: Lever) -> tuple[list[str], list[str]] | None:
    """What `Lever.membership` says. Raises ScenarioError as above."""
    return guarded(type(lever), "membership", lambda: _MEMBERS.validate_python(lever.membership()))


def named(lever: Lever) -> dict[str, list[str]]:
    """What `Lever.named` says. Raises ScenarioError as above."""
    return guarded(type(lever), "named", lambda: _NAMED.validate_python(lever.named()))


def is_ours(lever: type[Lever]) -> bool:
    """True for a lever of the package, False for one of a user's file."""
    return lever.__module__.startswith("marketsim.")


def guarded(lever: type[Lever], what: str, call: Callable[[], Said], passing: type[Exception] | tuple[()] = ()) -> Said:
    """What a call gives. Whatever goes wrong in a user's lever, an exit too, is the user's to mend: ScenarioError, one
    line with the file; errors of `passing`, and those in our own levers, stay what they are."""
    try:
        return call()
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, passing)) or is_ours(lever):
            raise
        file = Path(str(sys.modules[lever.__module__].__file__))
        raise errors.ScenarioError(f"{what}: {plugins.said(error, file)}", errors.displayed(file)) from error


@cache
def _registered(kind: Kind, files: tuple[Path, ...]) -> dict[str, type[Lever]]:
    package = kind.base.partition(":")[0].rpartition(".")[0]
    shipped = [lever for module in plugins.modules_of(package) for lever in _levers_in(module, Lever)]
    found = {lever.name: lever for lever in shipped if "name" in vars(lever)}
    origin = dict.fromkeys(found, f"a {kind.noun} of marketsim's own")
    for file in files:
        for lever in _levers_of_file(kind, file):
            if lever.name in found:
                raise _refusal(kind, file, f"the name {errors.shown(lever.name)} is taken by {origin[lever.name]}")
            found[lever.name], origin[lever.name] = lever, file.name
    return dict(sorted(found.items()))


def _levers_of_file(kind: Kind, file: Path) -> list[type[Lever]]:
    """What a user's file adds. Whatever goes wrong in it is the user's to mend, even if it wants to end the program."""
    try:
        levers = _levers_in(plugins.import_file(file), pkgutil.resolve_name(kind.base))
        faults = [fault for lever in levers for fault in _faults(lever, kind.key)]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise _refusal(kind, file, plugins.said(error, file)) from error
    if not levers:
        faults = [f"there is no class in it that derives from {kind.base.rpartition(':')[2]}"]
    if faults:
        raise _refusal(kind, file, faults[0])
    return [lever for lever in levers if "name" in vars(lever)]


def _levers_in(module: ModuleType, base: type[Lever]) -> list[type[Lever]]:
    """The classes that a module defines, those that it only imports left out."""
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base)]
    return [value for value in dict.fromkeys(classes) if value.__module__ == module.__name__]


def _faults(lever: type[Lever], key: str) -> Iterator[str]:
    """What is wrong with a user's class; one without a name may be the base of others."""
    name, called = vars(lever).get("name"), f"class {lever.__name__}"
    if name is None:
        if not lever.__subclasses__():
            yield f'{called} has no name; write `name: ClassVar[str] = "..."`'
        return
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield f"the name {errors.shown(name)} of {called} is not a word of lower-case letters, digits and underscores"
        return
    if key not in lever.model_fields or get_args(lever.model_fields[key].annotation) != (name,):
        yield f'{called} lacks the field `{key}: Literal["{name}"] = "{name}"`'
        return
    try:
        lever.model_json_schema()
        lever.model_validate({})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["loc"] and detail["type"] != "missing":
                where, given = ".".join(map(str, detail["loc"])), errors.shown(detail["input"])
                yield f"the default of {where} in {called} is refused: {detail['msg']}, got {given}"


def _refusal(kind: Kind, file: Path, fault: str) -> errors.ScenarioError:
    return errors.ScenarioError(f"is not a {kind.noun}: {fault}", errors.displayed(file))
