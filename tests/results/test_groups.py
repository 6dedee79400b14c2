"""Sums by authority and year: they say what outcomes, weekly table and ledger say, for any group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marketsim import run
from marketsim.experiments import outside
from marketsim.results import groups
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result
from marketsim.week.recording import OF_LEDGER


@pytest.fixture(scope="module")
def town() -> Result:
    return run("town", seed=3, weeks=110)


def with_run(sums: pd.DataFrame) -> pd.DataFrame:
    return sums.assign(scenario="town", replicate=0)


def plain(sums: pd.DataFrame) -> pd.DataFrame:
    return sums.rename(columns=lambda name: str(name).removeprefix("sum_"))


def test_outcomes_of_everybody_and_of_regions_are_those_of_the_run(town: Result) -> None:
    sums = with_run(town.tables["sums"])
    by_region = {region: list(rows["ons_code"].unique()) for region, rows in sums.groupby("region")}
    found = groups.outcomes_of(sums, {ENGLAND: list(sums["ons_code"].unique())} | by_region)
    both = found.merge(town.outcomes, on=["outcome", "region"])
    assert len(both) == len(town.outcomes) == len(found)
    np.testing.assert_allclose(both["value_x"], both["value_y"], rtol=1e-12)


def test_years_add_up_to_weeks(town: Result) -> None:
    """Two years of 52 weeks, and the last 52 weeks, which are others."""
    sums, weekly = plain(town.tables["sums"]), town.weekly
    assert sums.groupby("year")["weeks"].first().to_dict() == {0: 52, 1: 52, 2: 52}
    spend = sums.groupby("year")["spend"].sum()
    in_years = weekly.groupby((weekly["week"] - 1) // 52)["spend_gbp"].sum()
    assert spend[[1, 2]].to_numpy() == pytest.approx(in_years[[0, 1]].to_numpy())
    assert spend[0] == pytest.approx(weekly["spend_gbp"].tail(52).sum())


def test_every_pound_has_a_kind_and_every_fee_a_child(town: Result) -> None:
    sums = plain(town.tables["sums"])
    assert sums[list(OF_LEDGER)].sum(axis=1).to_numpy() == pytest.approx(sums["spend"].to_numpy())
    fees = [name for name in sums if name.startswith("fees_")]
    numbers = [name for name in sums if name.startswith("bought_")] + ["in_own_homes"]
    assert sums[fees].sum(axis=1).to_numpy() == pytest.approx(sums["paid_placements_gbp"].to_numpy())
    assert sums[numbers].sum(axis=1).to_numpy() == pytest.approx(sums["children_placed"].to_numpy())
    assert len(fees) == len(numbers) == 25


def test_flows_say_what_sums_do_of_who_lives_where(town: Result) -> None:
    """Children placed by home authority, and out of their own area, over the last weeks."""
    flows, sums = town.tables["flows"], plain(town.tables["sums"]).query("year == 0").set_index("ons_code")
    by_home = flows.groupby("home_authority", observed=True)["sum_children_placed"].sum()
    assert by_home.to_dict() == sums["children_placed"].to_dict()
    away = flows[flows["home_authority"] != flows["host_authority"]]
    assert away.groupby("home_authority", observed=True)["sum_children_placed"].sum().to_dict() == (
        sums["out_of_area"].to_dict()
    )


def test_children_outside_all_members_areas_are_out_of_area_for_one_and_nobody_for_all(town: Result) -> None:
    flows = with_run(town.tables["flows"])
    codes = sorted(town.tables["sums"]["ons_code"].unique())
    alone = outside.outside(flows, codes[:1], {"one": codes[:1]})
    out_of_area = groups.outcomes_of(with_run(town.tables["sums"]), {"one": codes[:1]}).set_index("outcome")["value"]
    assert alone["value"].iloc[0] == pytest.approx(out_of_area["out_of_area_share"])
    everybody = outside.outside(flows, codes, {"all": codes, "one": codes[:1]})
    assert (everybody["value"] == 0).all()
