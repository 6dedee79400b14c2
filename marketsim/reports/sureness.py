"""How sure a comparison is: what was fitted, predicted, assumed; limits of this question; how to make it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from marketsim.experiments.comparison import Comparison
from marketsim.experiments.scenarios import SEEDS_PER_COMPARISON
from marketsim.reports import scenario_words, tables
from marketsim.scenario import drawn_values
from marketsim.scenario.levers import Lever
from marketsim.scenario.schema import Scenario
from marketsim.trust.validation import recorded

LONG = 3 * 53  # weeks
TODAY = "england_2024"


def how_sure(comparison: Comparison, rows: pd.DataFrame) -> Iterator[str]:
    """What intervals hold, what was fitted, what predicted, what is assumed and drawn; `rows` are the outcomes that are
    shown, the whole area's first."""
    yield tables.footnote(comparison, rows)
    drawn = comparison.manifest["drawn_vectors"]
    if drawn:
        keys = len(next(iter(drawn.values())))
        vectors = f"{len(drawn)} vectors of {len(drawn_values.plausible_set())}"
        yield (
            f"Not known and drawn from the plausible set, {vectors}: {keys} values. Each vector comes near the figures "
            "published for 2023/24, to which it was fitted; that it does is no proof."
        )
    if any(one.world.kind == "england" for one in comparison.scenarios.values()):
        held = [name.replace("_", " ") for name, row in recorded.recorded().items()
                if row.role == "out of sample" and row.passed(short=False)]  # fmt: skip
        yield f"Not put in and still as in England (marketsim validate): {', '.join(held)}."
    counts = comparison.manifest["evidence"]
    yield (
        f"Of the values behind this, {counts['measured']} were read in publications, {counts['estimated']} set so that "
        f"published figures come out, and {counts['assumption']} are assumptions: marketsim evidence says which."
    )


def limits(comparison: Comparison, arm: str) -> Iterator[str]:
    """What a reader of this comparison must know."""
    scenario = comparison.scenarios[arm]
    if scenario.world.kind == "synthetic":
        yield "This is a made-up world for teaching and theory: its figures say nothing of any real place."
    yield "Both scenarios have the same children, homes and luck; only what the scenarios say differs."
    if comparison.manifest["weeks"] is None:
        yield "The scenarios differ in length, so the last 52 weeks of one are not those of the other."
    rules = _rules(scenario)
    if "cooperative" in rules:
        yield (
            "Out of area means that the home stands in another authority, over 20 miles that it is far from the "
            "child's home: where members place in one another's areas they can move in opposite directions."
        )
        yield "The running cost of a cooperative is an assumption: no figure is published."
        yield "What a cooperative saves on fees depends on how much of a fee is scarcity, which nobody has measured."
    if {"soft_block", "block"} & rules:
        yield "What a contract obliges a home to (the least chance that it takes a child) is an assumption."
        if any(getattr(rule, "opens_homes", 0) for rule in _used(scenario)):
            yield "That as many homes open because of a contract as it says, and where it says, is what was put in."
        else:
            yield "Contracts here hold places of homes that are there: none opens because of one (`opens_homes`)."
    if "framework" in rules:
        yield "Ceilings, take-up and uplift of frameworks are estimates: they decide how long homes stay on them."
    if scenario.shocks:
        yield "How many homes of a failing group others take over is an assumption."
    if comparison.weeks_of(arm) > LONG:
        yield "Beyond three years demand, pay and prices follow recorded trends and assumptions, which will be wrong."
    yield "Pounds are those of the week in which they are paid: amounts rise with prices and pay."
    if scenario.world.kind == "england" and comparison.labels[0] != TODAY:
        yield f"The baseline, {comparison.labels[0]}, is not how England buys now: the shipped scenario {TODAY} is."
    yield "What an authority spends besides (social work, fostering, transport) is not in these figures."
    yield "More: marketsim docs limits."


def command(comparison: Comparison, concerned: str | None) -> str:
    """What to type to have the same again, in the folder where it was typed."""
    files = [one["file"] for one in comparison.manifest["scenarios"].values()]
    runs: Any = comparison.manifest["runs"]
    replicates, vectors = (len({one[name] for one in runs}) for name in ("replicate", "vector"))
    drawn = comparison.manifest["drawn_vectors"]
    fewer = bool(drawn) and vectors < min(replicates, len(drawn_values.plausible_set()))
    words = ["marketsim compare", *map(_quoted, files), f"--replicates {replicates}"]
    words += [f"--vectors {vectors}"] if fewer else []
    words += [f"--seed {runs[0]['seed'] // SEEDS_PER_COMPARISON}"]
    words += [f"--weeks {weeks}"] if (weeks := comparison.manifest["weeks"]) else []  # else as long as each says
    words += [] if concerned is None else [f"--for {_quoted(concerned, always=True)}"]
    return " ".join(words)


def _quoted(word: str, always: bool = False) -> str:
    return f'"{word}"' if always or " " in word else word


def versions(comparison: Comparison) -> str:
    """Versions and hashes, in a sentence."""
    facts = comparison.manifest
    hashes = ", ".join(f"{label} {one['sha256'][:12]}" for label, one in facts["scenarios"].items())
    commit = f", commit {known[:12]}" if (known := facts.get("git_commit")) else ""
    return f"marketsim {facts['marketsim']}{commit}, Python {facts['python']}; scenarios by SHA-256: {hashes}."


def _rules(scenario: Scenario) -> set[str]:
    """The names of the rules by which somebody buys."""
    return {type(rule).name for rule in _used(scenario)}


def _used(scenario: Scenario) -> list[Lever]:
    return [scenario.purchasing.arrangements[name] for name in scenario_words.used(scenario)]
