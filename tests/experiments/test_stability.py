"""Who would leave a cooperative: coalitions are what they say, costs are shared to the penny, and runs go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.cooperatives import accounts, leaving, sharing, stability
from marketsim.experiments.cooperatives.coalitions import cooperative_of
from marketsim.experiments.cooperatives.judging import INSIDE, NONE, OPEN, OUTSIDE, Spent, gains_of
from marketsim.experiments.cooperatives.leaving import Split
from marketsim.experiments.run import run
from marketsim.results.store import StoreError
from marketsim.scenario import loading
from marketsim.scenario.overlay import laid_over
from marketsim.scenario.schema import Scenario

CODES = ["S0001", "S0002", "S0003", "S0004"]
RCC = {
    "rule": "cooperative",
    "members": {"authorities": CODES},
    "order": ["in_house", "soft_block", "framework", "spot"],
}
WITHOUT = {"horizon": {"weeks": 30}}
FILE = """\
extends: town.yaml
horizon: {weeks: 12}
purchasing:
  arrangements:
    rcc:
      rule: cooperative
      members: {authorities: [Authority 1, Authority 2, Authority 3]}
      order: [in_house, soft_block, framework, spot]
  order: [rcc, in_house, spot]
"""


@pytest.fixture(name="town")
def _town(small):
    """A small market with a cooperative, some sections changed."""

    def make(rcc=None, **sections) -> Scenario:
        buying = {"purchasing": {"arrangements": {"rcc": RCC | (rcc or {})}, "order": ["rcc", "in_house", "spot"]}}
        return small(**laid_over(WITHOUT | buying, sections))

    return make


def same(one, other) -> None:
    for name in ("sums", "weekly", "outcomes"):
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], check_exact=True)


def test_a_coalition_of_all_is_the_scenario(town):
    scenario = town()
    split = Split.of(list(cooperative_of(scenario).members))
    same(run(scenario, 1), run(leaving.with_split(scenario, "rcc", split), 1))


def test_a_coalition_of_all_is_the_scenario_in_england_too():
    """With values drawn from the plausible set."""
    loaded = loading.load_scenario("greater_manchester").scenario
    scenario = loaded.model_copy(update={"horizon": loaded.horizon.model_copy(update={"weeks": 3})})
    split = Split.of(list(cooperative_of(scenario).members))
    one, other = run(scenario, 1, vector=2), run(leaving.with_split(scenario, "greater_manchester", split), 1, vector=2)
    same(one, other)
    assert one.manifest["vector"] == other.manifest["vector"] == 2


@pytest.mark.parametrize("leaving_now", [CODES, CODES[1:]], ids=["nobody", "one"])
def test_nobody_and_one_is_the_scenario_without(town, small, leaving_now):
    """All but the columns of the route that nobody takes."""
    scenario = town()
    split = Split.of([code for code in CODES if code not in leaving_now])
    one, other = run(leaving.with_split(scenario, "rcc", split), 1), run(small(**WITHOUT), 1)
    for name in ("sums", "weekly", "outcomes"):
        shared = [column for column in one.tables[name] if "cooperative" not in column]
        pd.testing.assert_frame_equal(one.tables[name][shared], other.tables[name][shared], check_exact=True)


def test_accounts_are_what_the_run_recorded(town):
    """Spend of the whole run, 70 weeks that are no whole years, and the joint cost in it as its tables have it."""
    scenario = town(horizon={"weeks": 70})
    kept, tables = accounts.accounts_of(scenario, 1, "rcc"), run(scenario, 1).tables
    paid = kept["spend_as_set"] * 70 / WEEKS_PER_YEAR
    assert paid.sum() == pytest.approx(tables["weekly"]["spend_gbp"].sum(), rel=1e-12)
    last = tables["sums"][tables["sums"]["year"] == 0]
    assert (paid > last["sum_spend"].to_numpy()).all()
    first_year = accounts.accounts_of(town(horizon={"weeks": 40}), 1, "rcc")
    sums = run(town(horizon={"weeks": 40}), 1).tables
    office = sums["sums"].query("year == 0")["sum_paid_running_cost_gbp"].to_numpy()
    held = sums["contracts"].query("year == 0 and cooperative == 'rcc'").groupby("ons_code")["sum_retainers_gbp"].sum()
    np.testing.assert_allclose(first_year["joint"] * 40 / WEEKS_PER_YEAR, office + held[CODES].to_numpy(), rtol=1e-9)
    assert held.sum() > 0 and office.sum() > 0


def test_every_way_shares_what_the_run_paid(town):
    kept = accounts.accounts_of(town(), 1, "rcc")
    for way in sharing.WAYS:
        assert kept[accounts.SPEND + way].sum() == pytest.approx(kept["spend_as_set"].sum(), rel=1e-12)
    assert (kept["spend_equal"] != kept["spend_by_use"]).all()
    assert np.ptp(kept["spend_pooled"]) < 1e-6 * kept["spend_pooled"].mean()  # of equal populations
    direct = kept["spend_as_set"] - kept["joint"]
    np.testing.assert_allclose(kept["spend_equal"] - direct, kept["joint"].sum() / 4, rtol=1e-9)


def test_shared_anew_is_what_a_run_with_that_sharing_pays():
    """To the penny, where nobody's budget feeds back, for the office and for empty places that a contract inside
    holds; three authorities of England, whose populations differ."""

    def england(cost_sharing):
        rcc = {"rule": "cooperative", "members": {"authorities": ["Leicester", "Kent", "Surrey"]},
               "order": ["in_house", "soft_block", "framework", "spot"], "cost_sharing": cost_sharing}  # fmt: skip
        rules = {name: {"rule": name} for name in ("in_house", "soft_block", "framework", "spot")}
        scenario = Scenario.model_validate({
            "horizon": {"weeks": 6}, "commissioning": {"budget_tightening": 0.0},
            "purchasing": {"arrangements": rules | {"rcc": rcc}, "order": ["rcc", "in_house", "spot"]},
        })  # fmt: skip
        return accounts.accounts_of(scenario, 1, "rcc")

    by_use = england("by_use")
    for way in ("by_population", "equal"):
        other = england(way)
        np.testing.assert_allclose(by_use[accounts.SPEND + way], other["spend_as_set"], rtol=0, atol=0.005)
        assert np.abs(other["spend_as_set"] - by_use["spend_as_set"]).max() > 1_000


def test_joint_cost_is_shared_among_the_members_of_the_week(town):
    """Two begin, two join after 10 weeks of 30."""
    joined = {"from": "2024-06-09", "purchasing": {"arrangements": {"rcc": {"members": {"authorities": CODES}}}}}
    kept = accounts.accounts_of(town({"members": {"authorities": CODES[:2]}}, changes=[joined]), 1, "rcc")
    early, late = kept["weeks_in"][:2], kept["weeks_in"][2:]
    assert (early == 30).all() and (late == late[0]).all() and 15 < late[0] < 25
    joint = kept["spend_equal"] - (kept["spend_as_set"] - kept["joint"])
    assert joint[0] == pytest.approx(joint[1]) and joint[2] == pytest.approx(joint[3])
    assert joint[0] > joint[2] > 0


def test_who_has_left_and_still_pays_bears_none_of_what_is_shared_anew(town):
    """Two of four leave after 10 weeks and are bound for 52: what remaining members pay is shared among them."""
    left = {"from": "2024-06-09", "purchasing": {"arrangements": {"rcc": {"members": {"authorities": CODES[:2]}}}}}
    scenario = town({"members": {"authorities": CODES}, "leaving_notice_weeks": 52}, changes=[left])
    kept = accounts.accounts_of(scenario, 1, "rcc")
    for way in ("by_use", "by_population", "equal"):
        assert kept[f"spend_{way}"].sum() == pytest.approx(kept["spend_as_set"].sum())
    bound = accounts.accounts_of(town({"members": {"authorities": CODES}}, changes=[left]), 1, "rcc")
    assert kept["joint"][:2].sum() < bound["joint"][:2].sum()


def test_who_leaves_together_has_an_office_of_its_own(town):
    scenario, split = town(), Split.of(CODES, CODES[2:])
    tables = run(leaving.with_split(scenario, "rcc", split), 1).tables
    one_office = run(scenario, 1).tables["sums"].query("year == 0")["sum_paid_running_cost_gbp"].sum()
    office = tables["sums"].query("year == 0").set_index("ons_code")["sum_paid_running_cost_gbp"]
    assert office[CODES[:2]].sum() == pytest.approx(one_office) == office[CODES[2:]].sum()
    users = tables["contracts"].query("year == 0 and sum_places_held > 0").groupby("cooperative")["ons_code"].apply(set)
    assert users["rcc"] == set(CODES[:2]) and users["rcc_leavers"] == set(CODES[2:])


def test_who_leaves_together_joins_when_it_was_to(town):
    """The second cooperative has nobody until the change, and comes behind the first in every order."""
    late = {"from": "2024-06-09", "purchasing": {"arrangements": {"rcc": {"members": {"authorities": CODES}}}}}
    groups = [{"name": "one", "authorities": ["S0004"], "order": ["in_house", "rcc", "spot"]}]
    scenario = town({"members": {"authorities": CODES[:2]}}, changes=[late], purchasing={"groups": groups})
    split = leaving.with_split(scenario, "rcc", Split.of(CODES, CODES[2:]))
    assert split.purchasing.order == ["rcc", "rcc_leavers", "in_house", "spot"]
    assert split.purchasing.groups[0].order == ["in_house", "rcc", "rcc_leavers", "spot"]
    kept = accounts.accounts_of(split, 1, "rcc_leavers")
    assert (kept["weeks_in"][:2] == 0).all() and (kept["weeks_in"][2:] > 15).all() and (kept["weeks_in"] < 30).all()


def test_nobody_joins_before_it_was_to(town):
    """A change that speaks of the share only, between those that name members, lets nobody in."""
    share, every = {"share": 1.0}, {"authorities": CODES}
    changes = [
        {"from": date, "purchasing": {"arrangements": {"rcc": {"members": members}}}}
        for date, members in (("2024-05-05", share), ("2024-08-04", every))
    ]
    scenario = town({"members": {"authorities": CODES[:2], "share": 1.0}}, changes=changes)
    some = leaving.with_split(scenario, "rcc", Split((CODES[0], CODES[3])))
    weeks = accounts.accounts_of(some, 1, "rcc")["weeks_in"]
    assert weeks[0] == 30 and weeks[1] == weeks[2] == 0 and 10 < weeks[3] < 14
    later = accounts.accounts_of(leaving.with_split(scenario, "rcc", Split(tuple(CODES[2:]))), 1, "rcc")["weeks_in"]
    assert (later[:2] == 0).all() and (later[2:] == weeks[3]).all()


def test_a_split_with_one_side_left_is_one_cooperative():
    assert Split.of(CODES, CODES[:3]) == Split(tuple(CODES[:3]))
    assert Split.of(CODES[:2], CODES[:1]) == Split()
    assert leaving.each_alone(CODES[:2]) == [Split(tuple(CODES[:2])), Split(), Split(), Split()]
    assert len(leaving.points_of("rcc", leaving.each_alone(CODES[:2]))) == 2


def test_groups_are_those_that_gain_least_and_lie_near():
    place, gains = np.array([0.0, 1.0, 50.0, 50.0, 200.0]), np.array([-5.0, -4.0, 3.0, 2.0, -6.0])
    apart = np.abs(place[:, None] - place[None, :])
    codes = list("abcde")
    assert leaving.groups_of(codes, gains, apart, 1) == [("a", "b"), ("a", "b", "d")]
    every = leaving.groups_of(codes, gains, apart, 10)
    assert len(every) == 20 and every[0] == ("a", "b") and every == leaving.groups_of(codes, gains, apart, 100)
    assert leaving.groups_of(codes[:2], gains[:2], apart[:2, :2], 10) == []
    assert [len(group) for group in leaving.groups_of(codes[:3], gains[:3], apart[:3, :3], 10)] == [2, 2, 2]


def test_judgements_count_false_discoveries():
    luck = np.array([-1.0, 1.0, -0.5, 0.5, -0.2, 0.2, -0.1, 0.1])
    nothing = np.zeros(8)
    told = [Spent({"who": word}, nothing, gain) for word, gain in (
        ("in", 100 + luck), ("out", -100 + luck), ("open", luck), ("none", nothing))]  # fmt: skip
    found = gains_of(told, None)
    assert list(found["judgement"]) == [INSIDE, OUTSIDE, OPEN, NONE]
    border = Spent({"who": "border"}, nothing, 0.55 + luck)  # its interval alone leaves out 0
    assert gains_of([border], None)["ci_low"][0] > 0 and gains_of([border], None)["judgement"][0] == INSIDE
    many = gains_of([border, *(Spent({"who": str(n)}, nothing, luck) for n in range(9))], None)
    assert many["judgement"][0] == OPEN
    few = gains_of([Spent({"who": "few"}, nothing[:3], 100 + luck[:3])], None)
    assert few["judgement"][0] == "" and np.isnan(few["ci_low"][0]) and few["gain_gbp_per_year"][0] > 99
    wide = gains_of([Spent({"who": "wide"}, nothing, 100 + luck, sampled=150.0)], None)
    assert wide["judgement"][0] == OPEN and wide["ci_low"][0] < 0 < wide["ci_high"][0]


def answer(folder: Path, **options) -> stability.Stability:
    scenario = folder / "town3.yaml"
    scenario.write_text(FILE, encoding="utf-8")
    return stability.stability(scenario, **{"out": folder / "out", "workers": 1, "replicates": 2} | options)


def test_the_answer_adds_up_and_goes_on(tmp_path):
    found = answer(tmp_path)
    members, name = found.members.set_index(["sharing", "ons_code"]), "gain_gbp_per_year"
    assert found.runs == found.made == 2 * (5 + 3 + 5)  # the pairs of three are those who are left with one in `alone`
    assert found.looked_at == {2: (3, 3), 3: (0, 0)} and not found.tells and (members["judgement"] == "").all()
    for way in sharing.WAYS:
        assert members.loc[way, name].sum() == pytest.approx(found.whole[name][1], abs=1e-3)
    table = found.shapley
    kept = pd.read_csv(tmp_path / "out" / "shapley.csv", encoding="utf-8-sig")
    assert kept["shapley_gbp_per_year"].sum() == pytest.approx(table["as_set_gbp_per_year"].sum(), rel=1e-9)
    # 12 weeks in both: Shapley's runs are the same
    assert (
        members.loc["shapley", "outside_gbp_per_year"].tolist()
        == members.loc["as_set", "outside_gbp_per_year"].tolist()
    )
    pair = found.groups.query("sharing == 'as_set' and names == 'Authority 1; Authority 2'")["outside_gbp_per_year"]
    third = members.loc[("as_set", "S0003")]
    all_in = members.loc["as_set", "inside_gbp_per_year"].sum()
    others = third["others_pay_more_if_it_leaves_gbp_per_year"]
    assert pair.iloc[0] == pytest.approx(all_in - third["inside_gbp_per_year"] + others)  # the same two, without it
    before = files_of(tmp_path / "out")
    for path in (tmp_path / "out").rglob("000000[13].parquet"):
        path.unlink()
    (tmp_path / "out" / "groups.csv").unlink()
    again = answer(tmp_path)
    assert 0 < again.made < again.runs and files_of(tmp_path / "out") == before


def files_of(folder: Path) -> dict[str, bytes]:
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if not name.endswith("manifest.json")}


def test_sampled_orders_add_up_too(tmp_path):
    found = answer(tmp_path, with_shapley=True, permutations=4, groups=0, replicates=1)
    table = found.shapley
    assert table["shapley_gbp_per_year"].sum() == pytest.approx(table["as_set_gbp_per_year"].sum(), rel=1e-9)
    assert (table["permutations"] == 4).all() and not (tmp_path / "out" / "groups").exists() and found.groups.empty


def test_other_settings_do_not_go_on_in_the_folder(tmp_path):
    answer(tmp_path, replicates=1, with_shapley=False, groups=0)
    before = files_of(tmp_path / "out")
    with pytest.raises(StoreError, match=r"holds a sweep with other settings.*nothing was changed"):
        answer(tmp_path, replicates=2, with_shapley=False, groups=0)
    assert files_of(tmp_path / "out") == before


def test_runs_that_fail_are_said_and_tried_again(tmp_path, monkeypatch):
    usual = accounts.accounts_of
    monkeypatch.setattr(accounts, "accounts_of", lambda *_: 1 / 0)
    with pytest.raises(stability.RunsFailed, match="5 runs failed"):
        answer(tmp_path, replicates=1, with_shapley=False, groups=0)
    assert not list((tmp_path / "out").glob("*.csv"))
    monkeypatch.setattr(accounts, "accounts_of", usual)
    assert answer(tmp_path, replicates=1, with_shapley=False, groups=0).made == 5


def test_killed_and_typed_again_it_is_the_same(tmp_path):
    """A process is killed at any moment, on two stages, and the same command ends with the same bytes."""
    answer(tmp_path, out=tmp_path / "whole", seed=3)
    words = [
        "cooperative",
        "stability",
        str(tmp_path / "town3.yaml"),
        "--replicates",
        "2",
        "--workers",
        "1",
        "--seed",
        "3",
    ]
    command = [sys.executable, "-m", "marketsim.cli.main", *words, "--out", str(tmp_path / "killed")]
    for stage in ("alone", "groups"):
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not list((tmp_path / "killed" / stage / "runs").glob("*.parquet")):
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not list((tmp_path / "killed").glob("*.csv"))
    again = answer(tmp_path, out=tmp_path / "killed", seed=3)
    assert again.made < again.runs and files_of(tmp_path / "killed") == files_of(tmp_path / "whole")


@pytest.mark.slow
def test_any_number_of_workers_is_the_same(tmp_path):
    for workers in (1, 2):
        answer(tmp_path, workers=workers, out=tmp_path / str(workers))
    assert files_of(tmp_path / "1") == files_of(tmp_path / "2")
