"""A scenario that starts from a folder of own data, written into it for people to go on from."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence

import pandas as pd

from marketsim.own_data.provenance import name_of
from marketsim.own_data.region import Region

SCENARIO = "scenario.yaml"
BASE = "england_2024"
WEEKS_A_YEAR = 52.18
LATE_DAYS = 92  # from 31 March 2024, on which the national figures stand
NATIONAL_DAY = pd.Timestamp("2024-03-31")


def scenario_text(region: Region, name: str) -> str:
    """The text of a scenario like today's England, with the region's own data and contracts."""
    lines = [
        "# Question: where does the market of our authorities go, if nothing changes?",
        "# Written by `marketsim data import`. A file with `extends: scenario.yaml` says only what differs.",
        f"extends: {BASE}.yaml",
        f"name: {re.sub(r'[^A-Za-z0-9 ._-]', '-', name)[:80]}",
        "question: Where does the market of our authorities go, if nothing changes?",
        "",
        "horizon:",
        f"  start: {region.as_at}",
        "",
        "world:",
        "  kind: england",
        "  data: .  # this folder",
    ]
    if abs((pd.Timestamp(region.as_at) - NATIONAL_DAY).days) > LATE_DAYS:
        lines.insert(8, f"  # What is national stands as on {NATIONAL_DAY.date()}, in the prices of the start.")
    return "\n".join([*lines, *_contracts(region.contracts)]) + "\n"


def _contracts(contracts: pd.DataFrame) -> Iterator[str]:
    """Own contracts as arrangements, and the orders of those who have them: own homes first, then these."""
    if contracts.empty:
        return
    named = [(f"own_{number}", row) for number, row in enumerate(contracts.to_dict("records"), start=1)]
    yield from ("", "purchasing:", "  arrangements:")
    for name, row in named:
        buyers = max(len(str(row["authorities"]).split(";")), 1)
        yield f"    {name}:  # {re.sub(r'[^ -~]', '-', str(row['contract']))[:60]}"
        yield f"      rule: {row['rule']}"
        if row["rule"] == "framework":
            continue
        yield f"      places: {round(row['places'] / buyers)}" + ("" if buyers == 1 else f"  # for each of {buyers}")
        if row["rule"] == "block" and row["weekly_fee_gbp"] > 0:
            yield f"      fee: {row['weekly_fee_gbp']:.0f}"
        if row["rule"] == "block":
            yield "      runs_at_start: true"
            if not pd.isna(row["end"]) and not pd.isna(row["start"]):
                yield f"      term_weeks: {max(round((row['end'] - row['start']).days / 7), 1)}"
    yield "  groups:"
    for codes, names in _orders(named).items():
        yield f"    - name: {', '.join(name_of(code) for code in codes)}"
        yield f"      authorities: [{', '.join(codes)}]"
        yield f"      order: [in_house, {', '.join(names)}, [framework, spot]]"


def _orders(named: Sequence[tuple[str, Mapping[Hashable, object]]]) -> dict[tuple[str, ...], list[str]]:
    """The contracts of each authority, for those with the same ones together."""
    of: dict[str, list[str]] = {}
    for name, row in named:
        for code in str(row["authorities"]).split(";"):
            if code.strip():
                of.setdefault(code.strip(), []).append(name)
    same: dict[tuple[str, ...], list[str]] = {}
    for code, names in sorted(of.items()):
        same.setdefault(tuple(names), []).append(code)
    return {tuple(codes): list(names) for names, codes in same.items()}
