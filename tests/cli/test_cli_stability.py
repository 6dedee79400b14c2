"""`marketsim cooperative stability` as typed: what it prints, leaves and refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Typed = Callable[..., subprocess.CompletedProcess[str]]
RCC = "rule: cooperative, order: [in_house, soft_block, framework, spot], running_cost_per_year: {cost}"
TOWN = """\
extends: town.yaml
horizon: {{weeks: 8}}
purchasing:
  arrangements:
    north: {{{north}, members: {{authorities: [{members}]}}}}
  order: [north, in_house, spot]
"""
THREE = "Authority 1, Authority 2, Authority 3"
SHORT = ("--workers", "1", "--no-shapley", "--groups", "0")


def write(path: str, members: str = THREE, cost: int = 1_000_000, extra: str = "") -> str:
    text = TOWN.format(north=RCC.format(cost=cost), members=members)
    Path(path).write_text(text + extra, encoding="utf-8")
    return path


def refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line, exit code 2, no traceback, nothing left."""
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1, result.stderr
    assert [word for word in words if word not in result.stderr] == [], result.stderr
    assert not Path("results").exists()


def test_a_dear_office_drives_everybody_out(typed: Typed, tmp_path: Path) -> None:
    """100 million a year for the office: sure in every run, and no transfers help."""
    scenario = write("dear.yaml", cost=100_000_000)
    done = typed("cooperative", "stability", scenario, "--replicates", "4", "--workers", "1", "--shapley")
    said = " ".join(done.stdout.split())
    assert done.returncode == 0, done.stderr
    assert "3 of 3 members of north would surely be better off outside (Authority 1, Authority 2, Authority 3)" in said
    assert "No transfers can keep all in, however cost is shared: together they lose" in said
    assert "3 of 3 pairs were looked at" in said and "All members together gain -" in said
    assert "Warning: from only 4 replicates" in said and "OUT" in said
    assert "Results: results/stability-dear (stability.csv, groups.csv, transfers.csv, shapley.csv): 52 runs" in said
    found = pd.read_csv("results/stability-dear/stability.csv", encoding="utf-8-sig")
    assert len(found) == 6 * 3 and (found["judgement"] == "better off outside").all()
    assert found.query("sharing == 'as_set'")["gain_gbp_per_year"].sum() < -50e6
    transfers = pd.read_csv("results/stability-dear/transfers.csv", encoding="utf-8-sig")
    assert transfers["gets_gbp_per_year"].isna().all() and (transfers["surely_needed_gbp_per_year"] > 0).any()
    groups = pd.read_csv("results/stability-dear/groups.csv", encoding="utf-8-sig")
    assert list(groups["kind"][:2]) == ["all, against nobody in", "all, against each leaving alone"]
    again = typed("cooperative", "stability", scenario, "--replicates", "4", "--workers", "1", "--shapley")
    assert "0 runs made, " in again.stdout
    assert again.stdout.partition("Results:")[0] == done.stdout.partition("Results:")[0]


def test_too_few_replicates_are_not_judged(typed: Typed, tmp_path: Path) -> None:
    done = typed("cooperative", "stability", write("mine.yaml"), "--replicates", "2", *SHORT)
    said = " ".join(done.stdout.split())
    assert "on average of 2 replicates: too few to say how surely" in said
    assert "No intervals and no judgement: they take at least 4 replicates, here 2" in said
    assert (
        "±" not in said and "surely better off" not in said and "Groups that leave together were not looked at" in said
    )


def test_nothing_is_written_by_a_dry_run(typed: Typed, tmp_path: Path) -> None:
    done = typed("cooperative", "stability", write("mine.yaml"), "--dry-run", "--workers", "1")
    assert done.returncode == 0 and "Nothing was written" in done.stdout and not Path("results").exists()
    assert "alone: 40 runs, 5 coalitions x 8 replicates" in done.stdout
    assert "groups: 24 runs, 3 coalitions" in done.stdout and "shapley: 40 runs" in done.stdout
    assert "104 runs, about" in done.stdout


def test_what_is_no_cooperative_to_ask_about(typed: Typed, tmp_path: Path) -> None:
    refused(typed("cooperative", "stability", "town"), "town has no cooperative; put one into purchasing.order")
    refused(typed("cooperative", "stability", "twon"), "town")
    one = write("one.yaml", members="Authority 2")
    refused(typed("cooperative", "stability", one), "one north has one member, Authority 2")
    named = ("--cooperative", "nroth")
    refused(typed("cooperative", "stability", write("a.yaml"), *named), "'nroth'", "did you mean 'north'?")
    refused(typed("cooperative", "stability", "cooperative"), "is one cooperative in each region")


def test_members_of_two_cooperatives(typed: Typed, tmp_path: Path) -> None:
    south = "    south: {{{south}, members: {{authorities: [{who}]}}}}\n  order: [north, south, in_house, spot]\n"
    text = TOWN.format(north=RCC.format(cost=1), members="Authority 1, Authority 2").replace(
        "  order: [north, in_house, spot]\n", south.format(south=RCC.format(cost=1), who="{who}")
    )
    Path("both.yaml").write_text(text.replace("{who}", "Authority 2, Authority 3"), encoding="utf-8")
    refused(typed("cooperative", "stability", "both.yaml"), "both.yaml:", "is in two cooperatives, 'north' and 'south'")
    Path("two.yaml").write_text(text.replace("{who}", "Authority 3, Authority 4"), encoding="utf-8")
    refused(typed("cooperative", "stability", "two.yaml"), "several cooperatives (north, south)", "--cooperative")
    done = typed("cooperative", "stability", "two.yaml", "--cooperative", "south", "--replicates", "1", *SHORT)
    assert done.returncode == 0 and "2 members of south" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--groups", "-1"), "Invalid value for '--groups'"),
        (("--groups", "1001"), "Invalid value for '--groups'"),
        (("--permutations", "3"), "--permutations: expected an even number from 2 to 10000, got 3"),
        (("--permutations", "0"), "Invalid value for '--permutations'"),
        (("--no-shapley", "--permutations", "4"), "--no-shapley is given, so --permutations has no effect"),
        (("--no-shapley", "--shapley-weeks", "4"), "so --shapley-weeks has no effect"),
        (("--replicates", "0"), "Invalid value for '--replicates'"),
        (("--weeks", "0"), "Invalid value for '--weeks'"),
    ],
)
def test_options_out_of_range(typed: Typed, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    refused(typed("cooperative", "stability", write("mine.yaml"), *words), said)


def test_a_folder_that_holds_something_else(typed: Typed, tmp_path: Path) -> None:
    Path("taken").mkdir()
    Path("taken/notes.txt").write_text("mine", encoding="utf-8")
    Path("file").write_text("mine", encoding="utf-8")
    scenario = write("mine.yaml")
    for out, what in (("taken", "notes.txt"), ("file", "no folder")):
        refused(typed("cooperative", "stability", scenario, "--out", out), f"{out} exists already", what)
    assert [path.name for path in Path("taken").iterdir()] == ["notes.txt"]
    assert Path("file").read_text(encoding="utf-8") == "mine"
    Path("taken/notes.txt").rename("taken/alone")
    refused(typed("cooperative", "stability", scenario, "--out", "taken"), "taken/alone exists already")
