"""Issue 2: England's homes, places and children of week 0 are the published ones, authority by authority."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from marketsim.england.figures import stock_rows
from marketsim.market.children import PLACED
from marketsim.market.homes import SECTORS
from marketsim.scenario.loading import load_scenario
from marketsim.world.start import build_market

SEEDS = (1, 2, 3, 4)
COUNTED = ("private", "voluntary", "local_authority")


@pytest.fixture(scope="module")
def published():
    with files("marketsim").joinpath("england", "authorities.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


@pytest.fixture(scope="module")
def england():
    return load_scenario("england_2024").scenario


def homes_of(market):
    """A row a home."""
    homes = market.homes
    return pd.DataFrame(
        {
            "ons_code": np.array(market.authorities.code)[homes.authority],
            "sector": np.array(SECTORS)[homes.sector],
            "places": homes.places,
            "short_break": homes.short_break,
        }
    )


def by_authority(homes, codes):
    """Homes and places of each authority in the order of `codes`."""
    sums = homes.groupby("ons_code")["places"].agg(["size", "sum"]).reindex(codes, fill_value=0)
    return sums["size"].to_numpy(), sums["sum"].to_numpy()


@pytest.mark.parametrize("seed", SEEDS)
def test_homes_and_places(published, england, seed):
    homes, codes = homes_of(build_market(england, seed)), published["ons_code"]
    assert len(codes) == 153
    assert (homes["places"] >= 1).all()
    number, places = by_authority(homes, codes)
    np.testing.assert_array_equal(number, published["homes"])
    np.testing.assert_array_equal(places, published["places"])
    for sector in COUNTED:
        number, places = by_authority(homes[homes["sector"] == sector], codes)
        np.testing.assert_array_equal(number, published[f"homes_{sector}"])
        np.testing.assert_array_equal(places, published[f"places_{sector}"])
    assert (len(homes), homes["places"].sum()) == (3_424, 12_876)


@pytest.mark.parametrize("seed", SEEDS)
def test_short_break_homes(published, england, seed):
    """As many as published in each authority, with as many places but in eight, whose own homes differ in size."""
    homes = homes_of(build_market(england, seed))
    number, places = by_authority(homes[homes["short_break"]], published["ons_code"])
    np.testing.assert_array_equal(number, published["homes_short_break_only"])
    off = abs(places - published["places_short_break_only"])
    assert (off > 0).sum() <= 8
    assert off.max() <= 4


def test_sizes_differ_between_seeds(england):
    """The sums are exact although the sizes are drawn."""
    first, second = (homes_of(build_market(england, seed))["places"].to_numpy() for seed in SEEDS[:2])
    assert (first != second).sum() > 1_000


def apportioned(published, total):
    """Published children in homes, three unpublished cells at the national rate, scaled by largest remainder."""
    placed, known = published["children_in_homes"], published["children_in_homes"].notna()
    for per in ("children_looked_after", "population_0_17"):
        rate = placed[known].sum() / published[per][known].sum()
        placed = placed.fillna(published[per] * rate)
    exact = placed / placed.sum() * total
    whole = np.floor(exact).astype(int)
    whole[(exact - whole).nlargest(total - whole.sum()).index] += 1
    return whole.to_numpy()


@pytest.mark.parametrize("seed", SEEDS[:2])
def test_children_of_week_0(published, england, make_model, seed):
    market = make_model(england, seed).market
    children, homes = market.children, market.homes
    placed = children.state == PLACED
    expected = apportioned(published, 8_540)
    assert expected.sum() == 8_540 and abs(placed.sum() - 8_540) < 0.02 * 8_540  # after a year that was lived
    found = np.bincount(children.authority[placed], minlength=153)
    assert np.corrcoef(found, expected)[0, 1] > 0.98
    residents = np.bincount(children.home[placed], minlength=len(homes.places))
    np.testing.assert_array_equal(residents, homes.occupied)
    assert (residents <= homes.places).all()
    assert residents[homes.short_break].sum() == 0


@pytest.mark.parametrize(
    ("year", "homes", "places"), [(2014, 1_953, 8_991), (2023, 3_050, 11_857)], ids=["2014", "2023"]
)
def test_stock_of_other_years(england, year, homes, places):
    """The national figures of Ofsted for 31 March of the year, and the table's by sector; every home has a place."""
    world = england.world.model_copy(update={"stock_of": year, "children_at_start": 100})
    found = homes_of(build_market(england.model_copy(update={"world": world}), 1))
    assert (len(found), found["places"].sum()) == (homes, places)
    assert (found["places"] >= 1).all()
    by_sector = found.groupby("sector")["places"].agg(["size", "sum"])
    assert {name: (row["size"], row["sum"]) for name, row in by_sector.iterrows()} == stock_rows(year)
