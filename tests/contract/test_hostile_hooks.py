"""Faults in the hooks of a user's rule while a market runs: one line with the file and the hook, exit code 2, nothing
written, whatever the hook says or does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Typed = Callable[..., subprocess.CompletedProcess[str]]
RULE = '''
from typing import ClassVar, Literal

import numpy as np

from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Dues, Lots, PurchasingRule, Reach


class Mine(PurchasingRule):
    """Any open home at its quote, and one hook that is wrong."""

    name: ClassVar[str] = "mine"
    rule: Literal["mine"] = "mine"

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        home = np.flatnonzero(market.homes.in_market(market.week))
        return Lots(home, market.quotes[home])

'''
SCENARIO = "extends: town.yaml\npurchasing: {arrangements: {near: {rule: mine}}, order: [near]}\n"
LOTS = "lots(self, market, arrangement):\n        home, fee = np.arange(3), np.full((3, 3), 5e3)\n        return "
WHOLE = """bypass_chance(self, urgency):
        return {}

    def joined_by(self):
        from marketsim.purchasing.rule import Members

        return Members()

    def inside(self):
        return ["spot"]
"""
BY_ALL = "{}\n\n    def " + WHOLE.format("np.zeros_like(urgency)")
FIRST = "fee_at_start(self, market, arrangement, home, band):\n        return "
OWES = "owes(self, market, arrangement):\n        return "
BACK = "shares_in(self, market, arrangement, left):\n        return "
START = "start(self, market, arrangement):\n        "
HOLD = START + "market.holdings.add(1, arrangement=arrangement.number, running=True, "
WRITES = "lots(self, market, arrangement):\n        "
FAULTS = {
    # what a hook raises
    "raises": ("lots(self, market, arrangement):\n        raise ValueError('no')", "ValueError: no"),
    "asks for a column that isn't there": (LOTS + "market.homes.beds", "'Homes' object has no attribute 'beds'"),
    "exits": ("review(self, market, arrangement):\n        raise SystemExit(0)", "SystemExit: 0"),
    "quits": ("scope(self):\n        quit()", "SystemExit"),
    "takes too few": ("reach(self, market):\n        return Reach()", "TypeError"),
    "has no lots": ("lots(self, market, arrangement):\n        return None", "returned NoneType, not Lots"),
    "has a pair": ("lots(self, market, arrangement):\n        return (1, 2)", "returned tuple, not Lots"),
    # what they write where they may only read
    "writes places": (WRITES + "market.homes.places[:] = -1", "read-only (line 2"),
    "writes fees of children": (WRITES + "market.children.fee[:] = np.nan", "read-only (line 2"),
    "writes into the table": (WRITES + "market.homes.table.ask[0] = 1.0", "read-only (line 2"),
    "opens homes": (WRITES + "market.homes.add(1, places=3)", "read-only (line 2"),
    "holds places as it is asked": (WRITES + "market.holdings.add(1, places=1)", "read-only (line 2"),
    "closes homes at the start": (START + "market.homes.closed_week[:] = 0", "read-only (line 2"),
    "a review with words": ("review(self, market, arrangement):\n        return 'yes'", "expected True if lots have"),
    "a next review that is no number": (
        "review(self, market, arrangement):\n        return True\n\n"
        "    def next_review(self, market, arrangement):\n        return np.nan",
        "returned nan, which is not a week after",
    ),
    # a home that isn't there ended the process
    "one home too many": (LOTS + "Lots(home + len(market.homes) - 2, fee)", "is not there; rows go from 0 to"),
    "a home below 0": (LOTS + "Lots(home - 1, fee)", "home: -1 is not there"),
    "far out of range": (LOTS + "Lots(home + 10**12, fee)", "is not there"),
    "a holding that isn't there": (LOTS + "Lots(home, fee, home)", "holding: "),
    "homes that are no numbers": (LOTS + "Lots(home.astype(str), fee)", "home: expected whole numbers"),
    "homes with a fraction": (LOTS + "Lots(home + 0.5, fee)", "home: expected whole numbers"),
    "a list of homes": (LOTS + "Lots([0, 1], fee)", "fee: expected numbers of shape (8, 3)"),
    # too few fees gave a mean fee of 4.7e29
    "too few fees": (LOTS + "Lots(home, fee[:2])", "fee: expected numbers of shape (12, 3)"),
    "a fee for each home only": (LOTS + "Lots(home, fee[:, 0])", "fee: expected numbers of shape (12, 3)"),
    "fees of whole numbers": (LOTS + "Lots(home, fee.astype(int))", "fee: expected numbers of shape (12, 3)"),
    "a fee that is no number": (LOTS + "Lots(home, fee * np.nan)", "fee: nan is not from 0"),
    "an infinite fee": (LOTS + "Lots(home, fee * np.inf)", "fee: inf is not from 0"),
    "a fee below 0": (LOTS + "Lots(home, -fee)", "fee: -5000 is not from 0"),
    "more eager than can be": (LOTS + "Lots(home, fee, eager=fee)", "eager: 5000 is not from 0 to 1"),
    "a wrong chance": (LOTS + "Lots(home, fee, least_acceptance=np.full(3, 2.0))", "least_acceptance: 2"),
    "a wrong number": (LOTS + "Lots(home, fee, number=np.array([7]))", "number: adds up to 28"),
    "a number too many": (LOTS + "Lots(home, fee, number=np.array([3, 0]))", "number: expected whole numbers"),
    # what the other hooks say
    "a scope that there isn't": ("scope(self):\n        return 'county'", "returned 'county'; allowed are"),
    "chances for others": (WHOLE.format("np.zeros(0)"), "expected a chance for each of"),
    "a chance above all": (WHOLE.format("urgency + np.inf"), "chances: inf"),
    "an erosion that is no number": (
        BY_ALL.format("erosion(self, market, arrangement):\n        return np.nan"), "erosion: the share eroded: nan",
    ),
    "an erosion for each": (
        BY_ALL.format("erosion(self, market, arrangement):\n        return np.zeros(3)"), "expected one share",
    ),
    "settles with words": (BY_ALL.format("settles(self, market, arrangement):\n        return ['1']"), "settles: "),
    "later for others": (
        BY_ALL.format("decides_later(self, market, rows):\n        return [1]"), "expected true or false for each of",
    ),
    "compares with numbers": (
        BY_ALL.format("compares(self, market, rows):\n        return rows"), "expected true or false for each of",
    ),
    "miles below 0": (BY_ALL.format("miles_at_most(self, market, rows):\n        return rows * 0.0 - 1"), "miles: -1"),
    "keeps homes that aren't there": (
        BY_ALL.format("keeps_for_own(self, market, arrangement):\n        return np.ones(3, dtype=bool)"),
        "expected true or false for each of",
    ),
    "settles with money from nowhere": (
        BY_ALL.format("settles(self, market, arrangement):\n        return np.ones(len(market.authorities))"),
        "settles: what is paid adds up to 4, not to 0",
    ),
    "members that are none": ("joined_by(self):\n        return ['everybody']", "returned list, not Members"),
    "no reach": ("reach(self):\n        return 5.0", "returned float, not Reach"),
    "a reach that is no number": ("reach(self):\n        return Reach(float('nan'))", "miles and limits: nan"),
    "a review in the past": (
        "review(self, market, arrangement):\n        return True\n\n"
        "    def next_review(self, market, arrangement):\n        return 0",
        "returned 0, which is not a week after",
    ),
    "fees at the start for others": (FIRST + "home[:0] * 1.0", "expected a fee for each of"),
    "no fee at the start": (FIRST + "home * np.nan", "fees: nan"),
    "dues that are no dues": (OWES + "500.0", "returned float, not Dues"),
    "an office below 0": (OWES + "Dues(office=-1.0)", "the office: -1"),
    "dues for other homes": (OWES + "Dues(homes=np.ones(2))", "expected a value for each of"),
    "dues that are no numbers": (OWES + "Dues(homes=np.full(len(market.homes), np.inf))", "what homes get: inf"),
    "hands back what is no number": (BACK + "left * np.nan", "what is handed back: nan"),
    # what they leave
    "shares of others": (START + "arrangement.shares = np.ones(7)", "left shares that don't add up to 1"),
    "shares that are no numbers": (START + "arrangement.shares = arrangement.shares * np.nan", "shares: nan"),
    "a panel of numbers": (START + "arrangement.on_panel = np.arange(3)", "left a panel that isn't true or false"),
    "a panel too long": (START + "arrangement.on_panel = np.ones(10**4, dtype=bool)", "left a panel"),
    "holds a home that isn't there": (HOLD + "home=10**6, places=1)", "holdings.home: 1000000 is not there"),
    "holds places below 0": (HOLD + "home=0, places=-1)", "holdings.places: -1"),
    "holds at no fee": (HOLD + "home=0, places=1, fee=np.nan)", "holdings.fee: nan"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_one_line_and_nothing_is_written(
    fault: str, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    hook, words = FAULTS[fault]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.py").write_text(f"{RULE}    def {hook}\n")
    (tmp_path / "near.yaml").write_text(SCENARIO)
    monkeypatch.setenv("MARKETSIM_RULES", str(tmp_path / "rules"))
    done = typed("run", "near.yaml", "--weeks", "4", "--out", "left")
    assert done.returncode == 2, done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and "Traceback" not in done.stderr, done.stderr
    assert "mine.py" in lines[0] and words in lines[0] and hook.partition("(")[0] in lines[0]
    assert not (tmp_path / "left").exists()


@pytest.mark.parametrize(("fails_in_week", "left"), [(0, False), (3, True)])
def test_a_comparison_says_that_it_failed(
    fails_in_week: int, left: bool, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finished runs of the other arm are kept; without any, nothing is."""
    late = f"review(self, market, arrangement):\n        assert market.week < {fails_in_week} or not market.week"
    broken = late if fails_in_week else "start(self, market, arrangement):\n        assert False"
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.py").write_text(f"{RULE}    def {broken}\n")
    (tmp_path / "near.yaml").write_text(SCENARIO)
    monkeypatch.setenv("MARKETSIM_RULES", str(tmp_path / "rules"))
    names = ["town", "near.yaml"] if left else ["near.yaml", "town"]
    done = typed("compare", *names, "--weeks", "4", "--replicates", "2", "--workers", "1", "--out", "left")
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert (tmp_path / "left").exists() == left
    if left:
        found = json.loads((tmp_path / "left" / "manifest.json").read_text(encoding="utf-8"))
        assert found["status"] == "failed" and found["finished"]


def test_without_a_fault_it_runs(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The yardstick: the same rule with none of these."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.py").write_text(RULE)
    (tmp_path / "near.yaml").write_text(SCENARIO)
    monkeypatch.setenv("MARKETSIM_RULES", str(tmp_path / "rules"))
    done = typed("run", "near.yaml", "--weeks", "4", "--out", "left")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "left" / "weekly.parquet").exists()
