"""A policy of a user's own: one file in a folder named in MARKETSIM_POLICIES, no line elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PLUGIN = '''"""Children of standard need wait for nobody: half of the newcomers are fostered."""

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.streams import uniform
from marketsim.market.children import STANDARD, Newcomers
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, NewHomes, Policy, Spending, figure
from marketsim.scenario.sections.base import PoundsPerWeek, Share


class Fostered(Policy):
    """Part of the newcomers of standard need are fostered."""

    name: ClassVar[str] = "fostered"
    inert: ClassVar[dict[str, object]] = {"share": 0.0, "cost": 0.0}
    policy: Literal["fostered"] = "fostered"
    share: Share = figure(0.5, "share of the newcomers of standard need who are fostered")
    cost: PoundsPerWeek = figure(1_000.0, "what it costs each member")

    def needs_no_home(self, market: Market, on: InForce, newcomers: Newcomers) -> np.ndarray:
        luck = uniform(market.seed, "fostered by a plug-in", newcomers.key)
        return on.member[newcomers.authority] & (newcomers.band == STANDARD) & (luck < self.share)

    def spends(self, market: Market, on: InForce) -> Spending:
        return Spending(running=on.member * self.cost)
'''
SCENARIO = """extends: town.yaml
policies:
  fostered:
    policy: fostered
    share: 0.8
"""
SPENDS = """    def spends(self, market: Market, on: InForce) -> Spending:
        return Spending(running=on.member * self.cost)
"""
HOOK = "    def {}(self, market, on):\n        return {}\n"
FAULTS = {
    "another shape": ("return on.member[newcomers.authority] &", "return on.member & False &", "needs_no_home: "),
    "no bools": ("(luck < self.share)\n", "(luck < self.share)).astype(float\n", ""),
    "writes": ("        luck =", "        market.children.age[:] = 3\n        luck =", "needs_no_home: ValueError: "),
    "an exit": ("        luck =", "        raise SystemExit(0)\n        luck =", "needs_no_home: SystemExit: 0 (line "),
    "below zero": ("running=on.member * self.cost", "running=-1.0 * on.member", "spends: -1 is not from 0 to "),
    "asks nothing": (SPENDS, HOOK.format("asking_factor", "0.0 * market.homes.x"), "asking_factor: 0 is not "),
    "answers by home": (SPENDS, HOOK.format("answers", "market.homes.x > 0"), "answers: expected true or "),
    "on no panel": (SPENDS, HOOK.format("off_panels", "market.homes.x"), "off_panels: expected true or "),
    "nobody's": (SPENDS, HOOK.format("homes_wanted", "NewHomes(np.array([0]), provider=999)"), "homes_wanted: prov"),
    "council's": (SPENDS, HOOK.format("homes_wanted", "NewHomes(np.array([0]), 2, provider=1)"), "homes_wanted: "),
    "never possible": (SPENDS, "    def impossible(self, market):\n        return 1 / 0\n", "impossible: ZeroDiv"),
    "not Spending": ("Spending(running=on.member * self.cost)", "3.0", "spends: returned float, not Spending"),
}


def marketsim(folder: Path, *words: str, policies: str | None = "policies") -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name != "MARKETSIM_POLICIES"}
    if policies:
        environment["MARKETSIM_POLICIES"] = policies
    command = [sys.executable, "-m", "marketsim.cli.main", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "fostered.py").write_text(PLUGIN)
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    return tmp_path


def test_a_file_in_a_folder_is_all_that_a_policy_takes(folder: Path) -> None:
    code, said = marketsim(folder, "check", "mine.yaml")
    assert code == 0 and "mine.yaml: valid" in said, said
    code, said = marketsim(folder, "compare", "town", "mine.yaml", "--replicates", "2", "--weeks", "30", "--out", "o")
    assert code == 0, said
    placed = [line for line in said.splitlines() if "placements started" in line]
    assert placed and float(placed[0].split("│")[4]) < 0, said
    code, said = marketsim(folder, "levers", "fostered")
    assert code == 2 and "is no lever" in said, "nothing is known of it: it lists only what says so"


def test_without_the_folder_it_is_unknown(folder: Path) -> None:
    code, said = marketsim(folder, "check", "mine.yaml", policies=None)
    assert code == 2 and said.startswith("mine.yaml:4:") and "unknown policy 'fostered'" in said, said


def test_a_wrong_field_is_told_with_what_is_allowed(folder: Path) -> None:
    (folder / "mine.yaml").write_text(SCENARIO.replace("share: 0.8", "shar: 0.8"))
    code, said = marketsim(folder, "check", "mine.yaml")
    assert code == 2 and said.startswith("mine.yaml:5:") and "did you mean 'share'?" in said, said


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_in_it_is_one_line_with_file_and_hook(
    folder: Path, fault: str, monkeypatch: pytest.MonkeyPatch, typed: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    old, new, expected = FAULTS[fault]
    assert old in PLUGIN
    (folder / "policies" / "fostered.py").write_text(PLUGIN.replace(old, new))
    monkeypatch.setenv("MARKETSIM_POLICIES", "policies")
    done = typed("run", "mine.yaml", "--weeks", "4", "--out", "left")
    assert done.returncode == 2 and done.stdout == "", done.stdout
    assert done.stderr.startswith(f"policies/fostered.py {expected}") and done.stderr.count("\n") == 1, done.stderr


def test_a_file_without_a_policy_or_with_a_taken_name_is_refused(folder: Path) -> None:
    (folder / "policies" / "fostered.py").write_text(PLUGIN.replace('"fostered"', '"edge_of_care"'))
    code, said = marketsim(folder, "check", "mine.yaml")
    assert code == 2 and "'edge_of_care' is taken by a policy of marketsim's own" in said, said
    (folder / "policies" / "fostered.py").write_text("x = 1\n")
    code, said = marketsim(folder, "check", "mine.yaml")
    assert code == 2 and "no class in it that derives from Policy" in said, said
