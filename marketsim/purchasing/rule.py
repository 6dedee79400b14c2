"""What a purchasing rule is, and the registry that finds the rules.

A rule is a frozen pydantic model in a file of its own in this folder: its fields are what a scenario may set, its
hooks say which homes may be asked, at what fee, and what happens at review; what is owed for a place that stands empty
is agreed when the place is held (`Holdings.retainer`).
Dropping a file in here, or into a folder named in MARKETSIM_RULES, makes scenarios accept the rule.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from marketsim.purchasing.arrangement import Arrangement, Lots, LotsOfAll, Market, Together

Scope = Literal["authority", "region", "england"]
RULES_VARIABLE = "MARKETSIM_RULES"


class PurchasingRule(BaseModel):
    """Base of all purchasing rules.

    A subclass sets `name` (the word in YAML and in the column `route`), declares its fields, and overrides the
    hooks that it needs. `follows_market` is False for a rule whose lots change only when it says so at review, when
    costs change, or when homes close or own homes of authorities open; `follows_costs` is False too if they change
    neither with costs nor with own homes. Rules keep nothing: what changes in a run lives in the `Arrangement` that
    they are given, of which `on_panel` and `shares` are set only in `start`, `change` and `review`.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    name: ClassVar[str]
    follows_market: ClassVar[bool] = True
    follows_costs: ClassVar[bool] = True
    rule: str

    def scope(self) -> Scope:
        """For whom one arrangement is made: each authority, each region, or all of England."""
        return "authority"

    def reach(self) -> Reach:
        """How far a search goes and how much it accepts, from not urgent to at the deadline."""
        return Reach()

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Set the arrangement up in week 0: contracts let, homes joined. Default: nothing to do."""

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Terms or members have changed at a date within the run. Default: as in week 0, what is held stays."""
        self.start(market, arrangement)

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        """Which homes may be asked, through which places, at what weekly fee by need band."""
        raise TypeError(f"the rule {self.name} does not say which homes may be asked")

    def lots_of_all(self, market: Market, together: Together) -> LotsOfAll:
        """The same for several arrangements under this rule. A rule that many buyers have can override this instead,
        and say them all at once."""
        from marketsim.purchasing.arrangement import side_by_side

        return side_by_side([self.lots(market, arrangement) for arrangement in together.arrangements])

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """What happens at the week's review; a rule checks `market.week` itself.

        Returns True if it changed which homes may be asked or at what fee.
        """
        return False

    def next_review(self, week: int, arrangement: Arrangement) -> int:
        """After the review of `week`: the week before which another is not needed. Default: reviews are every week.

        Terms or members that change at a date bring the review of that week.
        """
        return week + 1


@dataclass(frozen=True)
class Reach:
    """Search radius (miles) and acceptable fee, each at no urgency and at the deadline, linear in between.

    `fee_limit_at_first` is a multiple of what the authority expects to pay; None: the fee is agreed and has no limit.
    `any_rating`: homes below good are asked even by authorities that otherwise ask only better ones.
    """

    miles_at_first: float = 1_000.0
    miles_at_last: float = 1_000.0
    fee_limit_at_first: float | None = None
    any_rating: bool = False


def registered_rules() -> dict[str, type[PurchasingRule]]:
    """All rules by name, sorted: those of this folder, then those of the folders in MARKETSIM_RULES.

    Raises ValueError if two files use the same name.
    """
    _import_rule_files()
    found: dict[str, type[PurchasingRule]] = {}
    for rule in _subclasses(PurchasingRule):
        if rule.name in found and found[rule.name].__module__ != rule.__module__:
            raise ValueError(f"two purchasing rules are called {rule.name}")
        found[rule.name] = rule
    return dict(sorted(found.items()))


def parse_rule(fields: Any) -> PurchasingRule:
    """The rule that a mapping from YAML describes; pydantic's ValidationError names what is wrong in it."""
    if isinstance(fields, PurchasingRule):
        return fields
    rules = registered_rules()
    name = fields.get("rule") if isinstance(fields, dict) else None
    if not isinstance(name, str) or name not in rules:
        raise UnknownRule(name, list(rules))
    return rules[name].model_validate(fields)


class UnknownRule(ValueError):
    """The word behind `rule:` names no registered rule."""

    def __init__(self, given: object, allowed: list[str]) -> None:
        self.given, self.allowed = given, allowed
        super().__init__(f"unknown purchasing rule {given!r}; allowed are {', '.join(allowed)}")


def _subclasses(base: type[PurchasingRule]) -> list[type[PurchasingRule]]:
    direct = base.__subclasses__()
    return [rule for rule in direct if "name" in vars(rule)] + [r for d in direct for r in _subclasses(d)]


def _import_rule_files() -> None:
    package = importlib.import_module("marketsim.purchasing")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    for folder in filter(None, os.environ.get(RULES_VARIABLE, "").split(os.pathsep)):
        if not Path(folder).is_dir():
            raise _user_error(f"{RULES_VARIABLE} names {folder}, which is not a folder")
        for file in sorted(Path(folder).glob("*.py")):
            _import_file(file)


def _import_file(file: Path) -> None:
    """Import a rule file under a name that is its own; any fault in it is the user's to mend, said in one line."""
    module_name = f"marketsim_rules_{zlib.crc32(str(file.resolve()).encode()):08x}_{file.stem}"
    if module_name in sys.modules:
        return
    specification = importlib.util.spec_from_file_location(module_name, file)
    if specification is None or specification.loader is None:
        raise _user_error(f"{file} can't be read as a purchasing rule")
    module = importlib.util.module_from_spec(specification)
    sys.modules[module_name] = module
    try:
        specification.loader.exec_module(module)
    except Exception as error:
        del sys.modules[module_name]
        raise _user_error(f"{file} is not a purchasing rule: {type(error).__name__}: {error}") from error


def _user_error(message: str) -> Exception:
    from marketsim.scenario.errors import ScenarioError

    return ScenarioError(message)
