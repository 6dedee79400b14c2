"""Divisions as scenario files: the same scenario with a cooperative for each part of two members or more."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from marketsim.experiments import who
from marketsim.experiments.cooperatives.divisions import Division
from marketsim.results import store
from marketsim.scenario import overlay, shipped
from marketsim.scenario.errors import ScenarioError, displayed, listed
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.scenario.sections.world import places_of

INSIDE = ("in_house", "soft_block", "framework", "spot")  # rules by which a cooperative buys, in turn
WIDTH = 110  # of a line of a file


def check_base(loaded: LoadedScenario, authorities: int = 2) -> None:
    """Raises ScenarioError, in one line, for a scenario to which cooperatives can't be added: one that has some, that
    changes at a date who buys how, or of which only one authority is to be divided."""
    if authorities < 2:
        raise ScenarioError(
            "only one authority is divided, so there is no cooperative to write or run", loaded.path.name
        )
    if already := dict(who.joint(loaded.scenario)):
        words = f"has cooperatives already ({listed(list(already))}), so parts of its authorities can't get their own"
        raise ScenarioError(f"{words}; build on a scenario without", loaded.path.name)
    for number, change in enumerate(loaded.given.get("changes", [])):
        if {"order", "groups"} & set(change.get("purchasing", {})):
            words = f"changes.{number}: sets another purchasing order at a date, in which the parts would have no place"
            raise ScenarioError(f"{words}; build on a scenario without", loaded.path.name)


def file_of(name: str) -> str:
    """The name of the scenario file of a division of that name."""
    return f"{name}.yaml"


def write(loaded: LoadedScenario, told: Iterable[Division], folder: Path, anew: bool = False) -> list[Path]:
    """Write a scenario file for each division that has cooperatives, all or none of them; returns the files.

    Raises StoreError for a file that is there already, unless they are to be written `anew`, and ScenarioError for a
    scenario that can't be built upon.
    """
    check_base(loaded)
    texts = {folder / file_of(one.name): _text(loaded, one, folder) for one in told if one.cooperatives}
    check_free(folder, [path.name for path in texts], anew)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for path, text in texts.items():
            store.write_text(path, text)
            load_scenario(path)  # as whoever uses it will
    except ScenarioError:
        for path in texts:
            with suppress(OSError):
                path.unlink()
        raise
    return list(texts)


def check_free(folder: Path, names: Iterable[str], anew: bool = False) -> None:
    """Raises StoreError for a folder that is a file, and for a file there of one of these names, unless it is to be
    written `anew`."""
    if folder.exists() and not folder.is_dir():
        raise store.StoreError(f"{displayed(folder)} is a file; name a folder, nothing was changed")
    if taken := [] if anew else [folder / name for name in names if (folder / name).exists()]:
        raise store.StoreError(f"{displayed(taken[0])} exists already; name another folder, nothing was changed")


def _text(loaded: LoadedScenario, division: Division, folder: Path) -> str:
    """The file: its question, its base, and what it sets."""
    question = f"What if authorities bought as cooperatives: {division.label}?"
    names = {place.code: place.name for place in places_of(loaded.scenario.world)}
    purchasing = _purchasing(loaded, division, names)
    values = {"extends": shipped.base_named(loaded.path, folder), "question": question, "purchasing": purchasing}
    yaml, text = YAML(), io.StringIO()
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(values, text)
    return f"# Made by marketsim cooperative partition.\n{text.getvalue()}"


def _purchasing(loaded: LoadedScenario, division: Division, names: Mapping[str, str]) -> dict[str, Any]:
    """A cooperative a part, all of them before what everybody tried so far; the past is as in the scenario."""
    purchasing = loaded.scenario.purchasing
    order = overlay.given(purchasing.order)
    inside = _inside(loaded)
    taken = {*purchasing.arrangements, *inside}
    arrangements: dict[str, Any] = {name: {"rule": rule} for name, rule in inside.items()
                                    if name not in purchasing.arrangements}  # fmt: skip
    joint = {_called(part, taken): codes for part, codes in division.cooperatives.items()}
    for name, codes in joint.items():
        members = {"authorities": [names[code] for code in codes]}
        arrangements[name] = {"rule": "cooperative", "members": members, "order": _line(inside)}
    before = overlay.given(purchasing.order_before) or order
    written = {"arrangements": arrangements, "order": _line([*joint, *order]), "order_before": _line(before)}
    if groups := overlay.given(purchasing.groups):
        written["groups"] = [group | {"order": _line([*joint, *group["order"]])} for group in groups]
    return written


def _line(order: Iterable[str | list[str]]) -> CommentedSeq:
    """An order as YAML has it on one line."""
    line = CommentedSeq(order)
    line.fa.set_flow_style()
    return line


def _inside(loaded: LoadedScenario) -> dict[str, str]:
    """What a cooperative buys through, by name, with the rule of each: the scenario's own arrangements where it has
    them."""
    rules = {name: str(type(rule).name) for name, rule in loaded.scenario.purchasing.arrangements.items()}
    by_rule = {rule: name for name, rule in reversed(rules.items())}
    return {rule if rules.get(rule) == rule else by_rule.get(rule, rule): rule for rule in INSIDE}


def _called(part: str, taken: set[str]) -> str:
    """The name of a part's arrangement: its letters and digits, with a number behind if that is taken; which it then
    is."""
    plain = unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode().casefold()
    name = wanted = "_".join(re.findall(r"[a-z0-9]+", plain)) or "part"
    number = 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    taken.add(name)
    return name
