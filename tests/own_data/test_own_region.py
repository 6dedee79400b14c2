"""A made-up region of six councils in every form: imported, run, compared, reported; what was put in comes out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import made_up_region as made_up
import numpy as np
import pandas as pd
import pytest

from marketsim.cli.main import main
from marketsim.england.figures import authority_rows
from marketsim.market.children import BANDS, PLACED
from marketsim.model import MarketModel
from marketsim.own_data import importing
from marketsim.own_data.region import read_region
from marketsim.reports import own_files
from marketsim.scenario import loading, own_folder
from marketsim.week import arriving
from marketsim.week.arriving import starting_children, traits
from marketsim.week.stays import stay_table
from marketsim.world import start
from marketsim.world.england import england_authorities
from marketsim.world.own_homes import rows_of_list

SECRETS = re.compile(
    r"QZ[0-9]{5}|[A-Z]{2}[0-9]{1,2} ?[0-9][A-Z]{2}|"
    r"[0-9]{2}/[0-9]{2}/[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
)
COOPERATIVE = """
extends: our-region/scenario.yaml
question: What if our six councils bought as one?
purchasing:
  arrangements:
    coop:
      rule: cooperative
      members: {authorities: [Bradford, Calderdale, Kirklees, Leeds, Wakefield, York]}
      order: [in_house, [framework, spot]]
  groups:
    - name: all six
      authorities: [Bradford, Calderdale, Kirklees, Leeds, Wakefield, York]
      order: [coop, [framework, spot]]
"""


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The region's files, the folder that an import made of them, and what it said."""
    folder = tmp_path_factory.mktemp("ours")
    region = made_up.made_up(folder / "files")
    said = typed_in(folder, "data", "import", *map(str, region.files), "--out", "our-region")
    (folder / "coop.yaml").write_text(COOPERATIVE)
    yield SimpleNamespace(folder=folder, region=region, said=said, made=folder / "our-region")


def typed_in(folder: Path, *words: str, fails: bool = False) -> str:
    """Type a command in a folder; what it says, and it must succeed, or fail by the user's mistake."""
    out, before = io.StringIO(), (Path.cwd(), sys.argv)
    os.chdir(folder)
    sys.argv = ["marketsim", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), pytest.raises(SystemExit) as left:
            main()
    finally:
        os.chdir(before[0])
        sys.argv = before[1]
    assert left.value.code == (2 if fails else 0), out.getvalue()
    return out.getvalue()


@pytest.fixture(scope="module")
def week_0(ours: SimpleNamespace) -> MarketModel:
    scenario = loading.load_scenario(ours.made / "scenario.yaml").scenario
    return MarketModel(scenario, 1)


def own_rows(model: MarketModel) -> np.ndarray[Any, Any]:
    market = model.market
    recorded = market.authorities.recorded
    assert recorded is not None
    return np.flatnonzero((market.children.state == PLACED) & recorded.own[market.children.authority])


def test_every_file_is_recognised_and_no_row_is_lost(ours: SimpleNamespace) -> None:
    about = json.loads((ours.made / "about.json").read_text())
    assert len(about["files"]) == len(ours.region.files) + 1  # a workbook has two sheets
    assert sum(one["left_out"] for one in about["files"]) == 0
    placements = pd.read_csv(ours.made / "placements.csv")
    first = pd.Timestamp("2021-04-01").date()
    seen = [stay for stay in ours.region.stays if stay.end >= first and stay.start <= made_up.LAST]
    assert len(placements) == len(seen)
    assert placements["end"].isna().sum() == len(ours.region.running())


def test_what_was_put_in_comes_out(ours: SimpleNamespace) -> None:
    """Within the intervals that are printed, which hold the truth of the generator."""
    table = pd.read_csv(ours.made / "estimates.csv")
    together = table[table["group"] == "all"].set_index("quantity")
    truth = {"stay_mean": made_up.MEAN_STAY_DAYS / 7, "stay_median": np.log(2) * made_up.MEAN_STAY_DAYS / 7,
             "out_of_area": 1 - made_up.IN_HOUSE - (1 - made_up.IN_HOUSE) * made_up.OWN_AREA,
             "distance_mean": made_up.MEAN_MILES, "starts_per_year": sum(made_up.STARTS.values()),
             "route_framework": made_up.FRAMEWORK / (1 - made_up.IN_HOUSE), "boys": 0.6}  # fmt: skip
    truth |= {f"need_{need}": share for need, (share, _) in made_up.NEEDS.items()}
    truth |= {f"fee_mean_{need}": fee for need, (_, fee) in made_up.NEEDS.items()}
    outside = [name for name, value in truth.items()
               if not together.loc[name, "low"] <= value <= together.loc[name, "high"]]  # fmt: skip
    assert len(outside) <= 1, outside  # of fourteen intervals of 95%
    assert together.loc["children_in_homes", "value"] == len(ours.region.running())


def test_the_market_starts_from_our_children(ours: SimpleNamespace, week_0: MarketModel) -> None:
    """Each lives where it is recorded, as far from home, since then, at that fee, by authority."""
    market, running = week_0.market, ours.region.running()
    rows, children = own_rows(week_0), market.children
    codes = np.array(market.authorities.code)
    counts = pd.Series(codes[children.authority[rows]]).value_counts()
    for council, code in made_up.COUNCILS.items():
        assert counts[code] == sum(stay.council == council for stay in running)
    out = (market.homes.authority[children.home[rows]] != children.authority[rows]).mean()
    away = np.mean([ours.region.homes[stay.home][0] != stay.council for stay in running])
    assert out == pytest.approx(away, abs=0.01)
    np.testing.assert_allclose(np.sort(children.miles[rows]), np.sort([stay.miles for stay in running]), atol=0.051)
    needs = np.bincount(children.band[rows], minlength=3)
    assert needs.tolist() == [sum(stay.need == need for stay in running) for need in BANDS]
    held = children.holding[rows] >= 0  # the block's own fee
    fees = np.sort(children.fee[rows][~held])
    assert held.sum() <= 6 and np.isin(fees.round(), [stay.fee for stay in running]).mean() > 0.99
    weeks = np.sort((pd.Timestamp(made_up.LAST) - pd.to_datetime([stay.start for stay in running])).days / 7)
    assert np.abs(np.sort(-children.since[rows]) - weeks).max() <= 1.01
    assert children.age[rows].mean() == pytest.approx(
        np.mean([int((stay.start - stay.born).days / 365.25) for stay in running]), abs=0.02
    )


def test_the_market_has_our_homes(ours: SimpleNamespace, week_0: MarketModel) -> None:
    homes, areas = week_0.market.homes, week_0.market.authorities
    for council, code in made_up.COUNCILS.items():
        there = homes.authority == areas.code.index(code)
        listed = [home for home in ours.region.homes if home[0] == council]
        assert sorted(homes.places[there]) == sorted(places for _, _, places, *_ in listed)
        own = sum(sector != "Private" for _, sector, *_ in listed)
        assert (homes.sector[there] == 2).sum() == own
    elsewhere = homes.authority == areas.code.index("E06000001")  # Hartlepool, as published
    assert (elsewhere.sum(), homes.places[elsewhere].sum()) == (12, 51)
    here = np.isin(homes.authority, [areas.code.index(one) for one in made_up.COUNCILS.values()])
    groups = {home[4] for home in ours.region.homes if home[1] == "Private"}
    assert len(np.unique(homes.provider[here & (homes.sector == 0)])) == len(groups)


def test_each_lives_in_its_home_and_homes_ask_what_is_paid_there(ours: SimpleNamespace, week_0: MarketModel) -> None:
    """Children of other authorities, whom the model had put there, have given way."""
    market, region = week_0.market, read_region(str(ours.made))
    rows, children = own_rows(week_0), week_0.market.children
    where = rows_of_list(market.homes, market.authorities, region)
    wanted = region.running["home"].map(dict(zip(region.homes["home"], where, strict=True))).value_counts()
    lives = pd.Series(children.home[rows]).value_counts()
    at_home = lives.reindex(wanted.index).fillna(0).clip(upper=wanted).sum()
    assert at_home >= 0.97 * len(rows)  # where somebody lives who must live alone, or a contract holds places
    known = region.homes["weekly_fee_gbp"].to_numpy()
    assert (known > 0).sum() > 50
    np.testing.assert_allclose(market.homes.ask[where][known > 0], known[known > 0])


def test_unregistered_children_follow_our_number(ours: SimpleNamespace) -> None:
    world = loading.load_scenario(ours.made / "scenario.yaml").scenario.world
    with_data = england_authorities(world)
    without = england_authorities(world.model_copy(update={"data": None}))
    own = np.isin(with_data.code, list(made_up.COUNCILS.values()))
    assert (with_data.unregistered[~own] == without.unregistered[~own]).all()
    ratio = with_data.children[own].sum() / without.children[own].sum()
    assert with_data.unregistered[own].sum() == pytest.approx(ratio * without.unregistered[own].sum(), abs=3)


def test_scenarios_of_other_data_are_not_compared(ours: SimpleNamespace) -> None:
    said = typed_in(ours.folder, "compare", "our-region/scenario.yaml", "england_2024", fails=True)
    assert "Traceback" not in said and "Results" not in said
    assert "england_2024.yaml starts from other own data than the baseline scenario.yaml" in said
    assert "let both extend one scenario with `world.data`, or neither" in said


def test_it_goes_on_soundly(ours: SimpleNamespace, week_is_sound: Callable[[MarketModel], None]) -> None:
    """Children, places, contracts, records and the week's row agree in every week."""
    model = MarketModel(loading.load_scenario(ours.made / "scenario.yaml").scenario, 2)
    before = len(own_rows(model))
    for _ in range(8):
        model.step()
        week_is_sound(model)
    assert 0.8 * before < len(own_rows(model)) < 1.2 * before


def test_nothing_personal_is_in_any_byte(ours: SimpleNamespace) -> None:
    """Not in the folder, nor in a run, comparison, report and workbook, parquet and workbooks unpacked, nor said."""
    said = ours.said
    said += typed_in(ours.folder, "data", "check", *map(str, ours.region.files))
    said += typed_in(ours.folder, "data", "show", "our-region")
    assert f"In short: children in homes {len(ours.region.running())} (published 495); out of area " in said
    said += typed_in(ours.folder, "check", "our-region/scenario.yaml")
    said += typed_in(ours.folder, "run", "our-region/scenario.yaml", "--weeks", "4", "--out", "run")
    said += typed_in(ours.folder, "compare", "our-region/scenario.yaml", "coop.yaml", "--weeks", "4", "--replicates",
                     "2", "--workers", "1", "--for", "coop", "--out", "compared")  # fmt: skip
    said += typed_in(ours.folder, "report", "compared", "--for", "coop")
    said += typed_in(ours.folder, "results", "export", "run", "--excel")
    written = [path for path in ours.folder.rglob("*") if path.is_file() and "files" not in path.parts]
    assert len(written) > 20 and "Our authorities" in said and "recorded, 2024-03-31" in said
    text = "\n".join([said, *map(unpacked, written)])
    assert all(SECRETS.fullmatch(secret) for secret in ours.region.secrets), "a secret that would not be looked for"
    assert set(SECRETS.findall(text)) & ours.region.secrets == set()
    report = (ours.folder / "compared" / "report-coop.html").read_text(encoding="utf-8")
    assert "children in homes at the start" in report


def unpacked(path: Path) -> str:
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode("latin-1") for name in book.namelist())
    return path.read_bytes().decode("latin-1")


def test_a_folder_with_nothing_in_it_changes_nothing(tmp_path: Path) -> None:
    """To the last digit, in England."""
    folder = tmp_path / "none"
    folder.mkdir()
    (folder / "about.json").write_text(json.dumps({"form": 1, "as_at": "2024-03-31", "files": []}))
    with_folder = tmp_path / "with.yaml"
    with_folder.write_text("extends: england_2024.yaml\nuncertainty: none\nworld: {data: none}\n")
    without = tmp_path / "without.yaml"
    without.write_text("extends: england_2024.yaml\nuncertainty: none\n")
    models = [MarketModel(loading.load_scenario(path).scenario, 2) for path in (with_folder, without)]
    for _ in range(3):
        for model in models:
            model.step()
    one, other = (model.market for model in models)
    for table in ("children", "homes", "records"):
        for name in getattr(one, table).kinds:
            assert (getattr(getattr(one, table), name) == getattr(getattr(other, table), name)).all(), name


def test_others_keep_their_children_and_luck(ours: SimpleNamespace) -> None:
    """Authorities without own data have as many children, of the same traits, and the same homes, whoever has data."""
    given = loading.load_scenario(ours.made / "scenario.yaml").scenario
    without = given.model_copy(update={"world": given.world.model_copy(update={"data": None})})
    own = np.isin([row["ons_code"] for row in authority_rows()], read_region(given.world.data).authorities)
    found = []
    for scenario in (given, without):
        areas, homes = start._world(scenario, 1)
        rows, keys = starting_children(areas, areas.children, "child at start")
        born = traits(scenario, 1, areas, rows, keys)
        theirs, elsewhere = ~own[rows], ~own[homes.authority]
        market = start.build_market(scenario, 1)
        found.append([start._children_then(market)[~own]])
        start._add_elsewhere(market, stay_table(scenario.stays))
        found[-1].append(market.children.key[~own[market.children.authority]])
        found[-1].extend([*(column[theirs] for column in born), areas.share_of_needs[~own], areas.unregistered[~own],
                      homes.key[elsewhere], homes.places[elsewhere], homes.x[elsewhere]])  # fmt: skip
    for one, other in zip(*found, strict=True):
        assert (one == other).all()


def test_a_lever_on_demand_moves_a_forecast_as_it_moves_everything_else(ours: SimpleNamespace) -> None:
    """A fifth more needs are a fifth more, with a forecast and without."""
    market = MarketModel(loading.load_scenario(ours.made / "scenario.yaml", ["horizon.weeks=5"]).scenario, 1).market
    market.week = 1
    usual = arriving._expected(market)
    demand = market.scenario.demand.model_copy(update={"level": 1.2})
    market.scenario = market.scenario.model_copy(update={"demand": demand})
    np.testing.assert_allclose(arriving._expected(market), 1.2 * usual)


def test_a_report_of_data_that_have_changed_says_so(ours: SimpleNamespace, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(ours.made, moved)
    world = loading.load_scenario(moved / "scenario.yaml").scenario.world
    digest = own_folder.digest({"data": world.data})
    assert "Own data: children in homes at the start" in " ".join(own_files.in_words(world, digest))
    (moved / "homes.csv").unlink()
    (moved / "placements.csv").unlink()
    gone = "Own data were used whose folder is gone, or has changed since"
    assert next(iter(own_files.in_words(world, digest))).startswith(gone)
    shutil.rmtree(moved)
    assert next(iter(own_files.in_words(world, digest))).startswith(gone)


def test_the_digest_is_that_of_what_is_in_the_folder(ours: SimpleNamespace, tmp_path: Path) -> None:
    """Wherever the folder lies; another fee is another scenario."""
    first = loading.load_scenario(ours.made / "scenario.yaml").digest
    moved = tmp_path / "moved"
    shutil.copytree(ours.made, moved)
    assert loading.load_scenario(moved / "scenario.yaml").digest == first
    table = pd.read_csv(moved / "placements.csv", dtype=str)
    table.loc[0, "distance_miles"] = "77"
    table.to_csv(moved / "placements.csv", index=False)
    assert loading.load_scenario(moved / "scenario.yaml").digest != first


def test_a_forecast_written_is_read_back_the_same(ours: SimpleNamespace) -> None:
    if not (ours.folder / "run").exists():
        typed_in(ours.folder, "run", "our-region/scenario.yaml", "--weeks", "4", "--out", "run")
    for period in ("year", "week"):
        path = ours.folder / f"{period}.csv"
        typed_in(ours.folder, "data", "forecast", "run", "--by", period, "--out", str(path))
        written = pd.read_csv(path, keep_default_na=False)
        read = importing.read_files([path]).part.forecast
        assert set(written["authority"]) == set(made_up.COUNCILS.values())
        assert (read["children"].to_numpy() == written["children"].to_numpy()).all() and len(read) == len(written)
        assert (read["date"].dt.strftime("%Y-%m-%d").to_numpy() == written["date"].to_numpy()).all()
    assert written.loc[written["date"] == "2024-03-25", "children"].sum() == len(ours.region.running())
