"""What has no effect is said in one line, or refused: values, dates, factors, options, percent for shares."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from marketsim import run
from marketsim.cli.main import main
from marketsim.experiments.experiment_file import load_definition
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.idle import reason, used, without_effect
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.overlay import value_at
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shipped import shipped_scenarios
from marketsim.trust.validation.against import read_figures
from marketsim.trust.validation.scorecard import read_targets

Typed = Callable[..., subprocess.CompletedProcess[str]]
TOWN = load_scenario("town").scenario
IN_VAIN = {
    "purchasing.arrangements.soft_block.grow_above=0.8": "purchasing.arrangements.soft_block has no effect: no order",
    "purchasing.at_start.soft_block=0.1": "purchasing.at_start.soft_block has no effect: no order names soft_block",
    "stays.mean_weeks=40": "stays.mean_weeks has no effect: stays.distribution is published",
    "purchasing.arrangements.block={rule: block, places: 3, share_of_children: 0.2}": "block.places is 3",
    "purchasing.arrangements.nobody.rule=spot": "purchasing.arrangements.nobody has no effect: no order names nobody",
    "demand={breakdown_share: 0.0, breakdown_season: 0.3}": "breakdown_season has no effect: demand.breakdown_share is",
    "demand={breakdown_share: 0.0, breakdown_peak_month: 3}": "demand.breakdown_share is 0.0",
    "demand={fostering_displacement: 0.0, fostering_recovered: 0.3}": "demand.fostering_displacement is 0.0",
    "demand={moves_on_share: 0.0, comes_back_share: 0.3}": "comes_back_share has no effect: demand.moves_on_share is 0",
    "providers={debt_per_place: 0.0, interest_per_year: 0.3}": "interest_per_year has no effect: providers.debt_per",
    "world.kind=england": "world.kind drops world.authorities, world.homes, world.ch",
    "purchasing.arrangements.framework.rule=spot": "purchasing.arrangements.framework.rule drops purchasing",
    "commissioning.own_homes=[{from: 2027-01-01}]": "own_homes.0 has no effect: 2027-01-01 is after the end",
    "changes=[{from: 2026-04-01, demand: {level: 2.0}}]": "changes.0 has no effect: 2026-04-01 is after the end",
    "policies={reviews: {policy: reviews, active: false}}": "policies.reviews has no effect: it is never active",
    "shocks=[{from: 2030-04-01}]": "shocks.0 has no effect: 2030-04-01 is after the end of the run",
}
WITH_EFFECT = [
    "purchasing.arrangements.framework.reach_miles=50", "purchasing.at_start.block=0.1",
    "world.kind=synthetic",
    "demand={breakdown_season: 0.3, breakdown_share: 0.1}", "demand={fostering_recovered: 0.3}",
    "stays.growth_tilt_per_year=0.0", "changes=[{from: 2026-03-27, demand: {level: 2.0}}]", "need.away_miles=30",
]  # fmt: skip


@pytest.mark.parametrize("change", IN_VAIN)
def test_a_value_in_vain_is_said(change: str) -> None:
    [said] = without_effect(load_scenario("town", [change]))
    assert IN_VAIN[change] in said


@pytest.mark.parametrize("change", WITH_EFFECT)
def test_a_value_with_effect_is_not(change: str) -> None:
    assert without_effect(load_scenario("town", [change])) == []


@pytest.mark.parametrize("path", shipped_scenarios(), ids=lambda path: path.stem)
def test_shipped_scenarios_say_nothing_in_vain(path: Path) -> None:
    assert without_effect(load_scenario(path)) == []


def test_a_shorter_run_leaves_out_what_comes_later() -> None:
    loaded = load_scenario("beds_close")
    assert without_effect(loaded, 60) == [] != without_effect(loaded, 50)


def test_what_a_change_or_a_cooperative_uses_is_used() -> None:
    later = load_scenario("town", ["changes=[{from: 2025-04-01, purchasing: {order: [soft_block, spot]}}]"]).scenario
    assert {"soft_block", "block"} <= used(later) and not reason(later, "purchasing.arrangements.soft_block.retainer")
    assert "soft_block" in used(load_scenario("cooperative").scenario)


def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["marketsim", *words])
    with pytest.raises(SystemExit) as left:
        main()
    assert isinstance(left.value.code, int)
    return left.value.code, capsys.readouterr().err


def test_a_run_says_it_and_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = ["run", "town", "--weeks", "2", "--out", str(tmp_path / "out"), "--set", "stays.mean_weeks=9"]
    code, err = typed(capsys, monkeypatch, *words)
    assert (code, err) == (0, "town: stays.mean_weeks has no effect: stays.distribution is published\n")
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    "words",
    [["sweep", "cooperative_size", "--shards", "4"], ["sweep", "cooperative_size", "--dashboard", "127.0.0.1:9"],
     ["sweep", "cooperative_size", "--dry-run", "--slurm"], ["sweep", "spot", "--dry-run", "--shard", "1/2"],
     ["sensitivity", "town", "--samples", "8"], ["sensitivity", "town", "--method", "sobol", "--trajectories", "8"],
     ["evidence", "miles", "--write"], ["validate", "--short", "--no-backcast"]],
    ids=" ".join,
)  # fmt: skip
def test_an_option_without_effect_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    code, err = typed(capsys, monkeypatch, *words)
    assert code == 2 and " has no effect" in err and len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("factors", "more", "said"),
    [("purchasing.arrangements.soft_block.retainer: {values: [0.1, 0.2]}", "", "no order names soft_block"),
     ("stays.mean_weeks: {values: [10, 20]}", "", "stays.distribution is published"),
     ("horizon.weeks: {values: [10, 20]}", "weeks: 30", "weeks: has no effect: horizon.weeks is a factor")],
)  # fmt: skip
def test_a_factor_without_effect_is_refused(factors: str, more: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(f"scenarios: [town]\nfactors:\n  {factors}\n{more}\n")
    with pytest.raises(ScenarioError, match=said):
        load_definition(tmp_path / "x.yaml", {})


def test_a_factor_that_another_switches_on_is_taken(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(
        "scenarios: [town]\nfactors:\n  stays.mean_weeks: {values: [10, 20]}\n"
        "  stays.distribution: {values: [published, fixed]}\n"
    )
    assert len(load_definition(tmp_path / "x.yaml", {}).factors) == 2


def test_percent_where_shares_are_meant_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("measure,area,value\nout_of_area_share,London,72\n")
    with pytest.raises(ScenarioError, match="got '72'; 72% is written 0"):
        read_figures(file)
    for row in ("homes,3400,5", "share_spot,55,0.1", "spend_per_child_growth_2020_2024,59.6,0.1"):
        file.write_text(f"measure,value,tolerance\n{row}\n")
        with pytest.raises(ScenarioError, match="% is written 0"):
            read_targets(file)
    code, err = typed(capsys, monkeypatch, "discover", "nowhere", "--outcome", "void_rate", "--fails-if", "> 5")
    assert code == 2 and "5 percentage points are written 0.05" in err


def test_members_of_a_cooperative_that_nobody_uses_end_nothing(typed: Typed, tmp_path: Path) -> None:
    members = "purchasing.arrangements.c={rule: cooperative, order: [spot], members: {authorities: [Cumbria]}}"
    done = typed("run", "town", "--weeks", "1", "--out", "left", "--set", members)
    assert (done.returncode, done.stderr) == (0, "town: purchasing.arrangements.c has no effect: no order names c\n")


def test_what_decides_which_keys_there_are_is_no_factor(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("scenarios: [town]\nfactors: {world.kind: {values: [england, synthetic]}}\n")
    done = typed("sweep", "x.yaml", "--dry-run")
    assert done.returncode == 2 and "world.kind: decides which other keys there are" in done.stderr


def switched_off() -> Iterator[tuple[str, str, object]]:
    """Each value of a section that another one beside it switches off, by its key, with the other's key and value."""
    for section, field in Scenario.model_fields.items():
        declared = field.annotation.model_fields if hasattr(field.annotation, "model_fields") else {}
        for name, one in declared.items():
            extra = one.json_schema_extra if isinstance(one.json_schema_extra, dict) else {}
            for beside, value in extra.get("off_if", {}).items():
                yield f"{section}.{name}", f"{section}.{beside}", value


@pytest.mark.parametrize(("key", "beside", "value"), switched_off())
def test_what_is_said_to_have_no_effect_has_none(key: str, beside: str, value: object) -> None:
    """The same weeks to the last digit at another value, once what switches it off does."""
    off = f"{beside}={value}" if isinstance(value, str) else f"{beside}={type(value_at(TOWN, beside))(value)}"
    at = value_at(TOWN, key)
    other = 3 if "month" in key else type(at)(at * 2 + 1) if at >= 1 else 0.6 * at + 0.01
    weekly = [run(load_scenario("town", [off, *more]), seed=2, weeks=30).weekly for more in ([], [f"{key}={other}"])]
    pd.testing.assert_frame_equal(*weekly, check_exact=True)
