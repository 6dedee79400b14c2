"""A purchasing rule of one's own: one file in a folder that MARKETSIM_RULES names, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

RULE = '''
"""Nearest only: any home within a fixed radius, at the fee that it quotes, and never farther."""

from typing import ClassVar, Literal

import numpy as np

from marketsim.scenario.sections.base import Miles, figure
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots
from marketsim.purchasing.rule import PurchasingRule, Reach, Scope


class NearestOnly(PurchasingRule):
    """Homes within a fixed radius of the child, however urgent the search."""

    name: ClassVar[str] = "nearest_only"
    rule: Literal["nearest_only"] = "nearest_only"
    radius_miles: Miles = figure(15.0, "how far a home may be from the child's home point")

    def scope(self) -> Scope:
        return "england"

    def reach(self) -> Reach:
        return Reach(miles_at_first=self.radius_miles, miles_at_last=self.radius_miles)

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        home = np.flatnonzero(market.homes.in_market(market.week))
        return Lots(home, market.quotes[home])
'''
SCENARIO = """\
extends: town.yaml
purchasing:
  arrangements:
    near: {rule: nearest_only, radius_miles: 12.0}
  order: [near]
"""
WRONG = SCENARIO.replace("12.0", "-1")
CONTRACT = Path(__file__).with_name("test_rules.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rule and scenarios that use it."""
    folder = tmp_path_factory.mktemp("plugin")
    (folder / "rules").mkdir()
    (folder / "rules" / "nearest_only.py").write_text(RULE)
    (folder / "near.yaml").write_text(SCENARIO)
    (folder / "wrong.yaml").write_text(WRONG)
    return folder


def python(folder: Path, *words: str, rules: str | None = "rules") -> tuple[int, str]:
    """Exit code and output of a Python process in the folder."""
    variables = {name: value for name, value in os.environ.items() if name != "MARKETSIM_RULES"}
    if rules is not None:
        variables["MARKETSIM_RULES"] = str(folder / rules)
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def marketsim(folder: Path, *words: str, rules: str | None = "rules") -> tuple[int, str]:
    """Exit code and output of a marketsim command in the folder."""
    return python(folder, "-m", "marketsim.cli.main", *words, rules=rules)


@pytest.fixture(scope="module")
def ran(folder: Path) -> dict[str, tuple[int, str]]:
    """Exit codes and outputs of a run and of a comparison by two workers, made side by side."""
    comparison = "import marketsim; marketsim.compare('town', 'near.yaml', 1, weeks=1, workers=2)"
    words = {
        "run": ("-m", "marketsim.cli.main", "run", "near.yaml", "--weeks", "20", "--out", "ran"),
        "comparison": ("-c", comparison),
    }
    with ThreadPoolExecutor(2) as threads:
        started = {name: threads.submit(python, folder, *command) for name, command in words.items()}
    return {name: future.result() for name, future in started.items()}


def test_yaml_accepts_the_rule_and_it_runs(folder: Path, ran: dict[str, tuple[int, str]]) -> None:
    code, said = ran["run"]
    assert code == 0, said
    placements = pd.read_parquet(folder / "ran" / "placements.parquet")
    new = placements[placements["start_week"] > 0]
    assert len(new) > 10 and set(new["route"]) == {"nearest_only"}
    assert new["distance_miles"].max() <= 12.0 < placements["distance_miles"].max()
    assert (pd.read_parquet(folder / "ran" / "weekly.parquet")["share_nearest_only"] > 0).all()


def test_worker_processes_know_the_rule(ran: dict[str, tuple[int, str]]) -> None:
    code, said = ran["comparison"]
    assert code == 0, said


def test_the_schema_for_editors_lists_the_rule(folder: Path) -> None:
    code, said = marketsim(folder, "schema")
    definition = json.loads(said)["$defs"]["NearestOnly"]
    assert code == 0 and definition["properties"]["radius_miles"]["unit"] == "miles"


def test_its_fields_are_checked_like_any_others(folder: Path) -> None:
    code, said = marketsim(folder, "check", "wrong.yaml")
    assert code == 2 and said.startswith("wrong.yaml:4:") and "from 0 to 1,000 (miles)" in said


def test_without_the_variable_it_is_an_unknown_rule(folder: Path) -> None:
    code, said = marketsim(folder, "check", "near.yaml", rules=None)
    assert code == 2 and len(said.splitlines()) == 1
    assert said.startswith("near.yaml:4:") and "unknown purchasing rule 'nearest_only'" in said


@pytest.mark.slow
def test_the_contract_covers_it_by_itself(folder: Path) -> None:
    words = [str(CONTRACT), "-k", "nearest_only", "-p", "no:cacheprovider"]
    code, said = python(folder, "-m", "pytest", *words)
    assert code == 0, said
    assert "10 passed" in said
