"""The folder of own data: what is refused in it, whose files are, how lists meet returns and homes meet lists."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketsim.market.children import PLACED
from marketsim.model import MarketModel
from marketsim.own_data import importing, joining, starting
from marketsim.own_data.dating import as_at
from marketsim.own_data.kept import folder, reducing
from marketsim.own_data.provenance import NATIONAL, OURS, provenance, short_of_places
from marketsim.own_data.reading.findings import Findings, is_secret
from marketsim.own_data.records import Part, shaped
from marketsim.own_data.region import read_region, region_of
from marketsim.own_data.whose import named_in
from marketsim.scenario import loading
from marketsim.scenario.errors import ScenarioError

DAY = pd.Timestamp("2024-03-31")
LEEDS, YORK, HULL = "E08000035", "E06000014", "E06000010"
USUAL: dict[str, Any] = {
    "child": "1", "authority": LEEDS, "setting": "home", "start": pd.Timestamp("2023-06-05"), "seen_to": DAY,
    "seen_from": pd.Timestamp("2022-04-01"), "whole": True, "returns": True, "file": "episodes.csv",
}  # fmt: skip


def placements(*rows: dict[str, Any]) -> pd.DataFrame:
    return shaped("placements", pd.DataFrame([USUAL | row for row in rows]).to_dict("series"))


def homes(*rows: dict[str, Any]) -> pd.DataFrame:
    usual = {"authority": LEEDS, "sector": "private", "places": 4.0, "file": "list.csv"}
    return shaped("homes", pd.DataFrame([usual | row for row in rows]).to_dict("series"))


def keep(where: Path, part: Part) -> Path:
    """A folder with these tables, as an import makes it."""
    with folder.made(where) as made:
        folder.write(made, reducing.reduced(part), importing.Imported(part, [], Findings()), DAY.date())
    return where


def test_lists_fill_in_what_returns_leave_out_and_nobody_counts_twice() -> None:
    """Child 1 began three days apart in the two; child 2 is on the list only; child 1's stay of 2022 has no row."""
    stays = [{}, {"start": pd.Timestamp("2022-05-02"), "end": pd.Timestamp("2022-08-01")}]
    listed = {"whole": False, "returns": False, "file": "costs.csv", "weekly_fee_gbp": 5_000.0, "need": "complex",
              "route": "spot"}  # fmt: skip
    rows = [{**listed, "start": pd.Timestamp("2023-06-08")}, {**listed, "child": "2"}]
    found = Findings()
    part = joining.joined(Part(placements=placements(*stays, *rows)), found)
    whole, rest = (part.placements[part.placements["whole"] == flag] for flag in (True, False))
    assert len(whole) == 2 and len(rest) == 1
    now = whole[whole["end"].isna()].iloc[0]
    assert (now["weekly_fee_gbp"], now["need"], now["start"]) == (5_000, "complex", USUAL["start"])
    assert whole["weekly_fee_gbp"].notna().sum() == 1
    said = [one.what for one in found.rows]
    assert said[0].startswith("1 rows are of stays that the returns hold") and said[1].startswith("1 rows meet no stay")


def test_another_authoritys_child_of_the_same_number_is_another_child() -> None:
    listed = {"whole": False, "returns": False, "file": "costs.csv", "weekly_fee_gbp": 5_000.0, "authority": YORK}
    part = joining.joined(Part(placements=placements({}, listed)), Findings())
    assert part.placements["weekly_fee_gbp"].notna().tolist() == [False, True]


def test_a_list_without_fees_is_no_return() -> None:
    """The child is one, however little the list says of it."""
    listed = {"returns": False, "file": "list.csv", "route": "spot"}
    part = joining.joined(Part(placements=placements({}, listed)), Findings())
    assert part.placements[["route", "whole"]].to_numpy().tolist() == [["spot", True]]


def test_who_is_not_seen_on_the_day_is_not_among_those_who_start() -> None:
    """York's only list is of September: of its children of March those who left since are unknown."""
    later = {"authority": YORK, "seen_from": pd.Timestamp("2024-09-30"), "seen_to": pd.Timestamp("2024-09-30")}
    found = Findings()
    part = Part(placements=placements({}, {"child": "2"}, later))
    day = as_at(part, found)
    region = region_of(reducing.reduced(part), day)
    assert (day, region.authorities, len(region.running)) == (DAY.date(), (LEEDS,), 2)
    assert any("those of York do not show 2024-03-31" in one.what for one in found.rows)


def test_a_home_asks_what_is_paid_there_if_its_list_says_no_fee() -> None:
    """The median of 5,000 and 6,000; who has staff of its own, or left, doesn't count."""
    rows = [{"urn": "SC1", "weekly_fee_gbp": fee, "child": str(fee), "route": "spot", "care": care, "end": end}
            for fee, care, end in ((5_000.0, "", pd.NaT), (6_000.0, "shared", pd.NaT), (15_000.0, "solo", pd.NaT),
                                   (9_000.0, "", DAY))]  # fmt: skip
    part = joining.joined(Part(placements=placements(*rows), homes=homes({"urn": "SC1"}, {"urn": "SC2"})), Findings())
    assert part.homes["weekly_fee_gbp"].tolist()[0] == 5_500 and part.homes["weekly_fee_gbp"].isna().tolist()[1]


def test_a_home_on_two_lists_is_one_with_what_both_say() -> None:
    full = {"urn": "SC1", "complete": True, "places": 4.0, "rating": "good", "file": "ofsted.csv"}
    own = {"urn": "SC1", "places": 5.0, "weekly_fee_gbp": 5_200.0, "takes": "standard", "file": "ours.xlsx"}
    found = Findings()
    part = joining.joined(Part(homes=homes(own, full, {"urn": "SC2", "file": "ours.xlsx"})), found)
    first, second = part.homes.sort_values("urn").to_dict("records")
    assert (first["places"], first["weekly_fee_gbp"], first["takes"], first["rating"]) == (4, 5_200, "standard", "good")
    assert second["urn"] == "SC2" and "1 homes are in areas of which a list has all homes" in found.rows[0].what


def test_a_home_says_in_whose_area_a_placement_is() -> None:
    part = Part(placements=placements({"urn": "SC1"}), homes=homes({"urn": "SC1", "authority": YORK}))
    joined = joining.joined(part, Findings())
    assert joined.placements[["host_authority", "sector"]].iloc[0].tolist() == [YORK, "private"]
    kept = reducing.reduced(joined)
    assert kept["placements"]["home"].tolist() == kept["homes"]["home"].tolist() == ["H0001"]
    assert not {"child", "urn", "provider", "file", "line"} & set(kept["placements"].columns)


def test_days_are_weeks_and_ages_years() -> None:
    """Wednesday 7 June 2023 is the week of the 5th."""
    part = Part(placements=placements({"start": pd.Timestamp("2023-06-07"), "age": 14.9, "weekly_fee_gbp": 5_000.4}))
    row = reducing.reduced(part)["placements"].iloc[0]
    assert (row["start"], row["age"], row["weekly_fee_gbp"]) == (pd.Timestamp("2023-06-05"), 14, 5_000)


def test_the_market_starts_on_the_last_day_that_all_show() -> None:
    found = Findings()
    later = {"authority": YORK, "seen_to": pd.Timestamp("2025-03-31")}
    assert as_at(Part(placements=placements({}, later)), found) == DAY.date()
    assert "those of York go on after 2024-03-31" in found.rows[0].what
    assert as_at(Part(), Findings()) == datetime.date(2024, 3, 31)


@pytest.mark.parametrize(
    ("name", "codes"),
    [("Leeds", [LEEDS]), ("York episodes 2024", [YORK]), ("ssd903_City of York_final", [YORK]), ("episodes 2024", []),
     ("East Riding of Yorkshire", ["E06000011"]), ("Kingston-upon-Hull", [HULL]), ("Leeds and York", [LEEDS, YORK])],
)  # fmt: skip
def test_whose_a_file_is_by_its_name(name: str, codes: list[str]) -> None:
    assert named_in(name) == codes


@pytest.mark.parametrize("head", ["CHILD", "Child ID", "DOB", "MC_DOB", "UPN", "HOME_POST", "PL_POST", "Post code",
                                  "Name of officer (referral)", "childId", "Date of birth"])  # fmt: skip
def test_what_could_tell_who_a_child_is_is_never_shown(head: str) -> None:
    assert is_secret(head)


def spoilt(name: str, column: str, value: str) -> Callable[[Path], None]:
    def spoil(where: Path) -> None:
        table = pd.read_csv(where / f"{name}.csv", dtype=str, keep_default_na=False)
        table.loc[0, column] = value
        table.to_csv(where / f"{name}.csv", index=False)

    return spoil


SPOILT: dict[str, tuple[Callable[[Path], None], str]] = {
    "fee": (spoilt("placements", "weekly_fee_gbp", "lots"),
            "placements.csv:2 weekly_fee_gbp: expected a number from 0 to 100,000"),
    "need": (spoilt("placements", "need", "huge"), "placements.csv:2 need: expected standard, complex, severe"),
    "start": (spoilt("placements", "start", "soon"), "placements.csv:2 start: expected a date such as 2025-03-31"),
    "whole": (spoilt("placements", "whole", "maybe"), "placements.csv:2 whole: expected yes or no"),
    "whose": (spoilt("placements", "authority", "Leedz"), "placements.csv:2 authority: expected the ONS code of an"),
    "places": (spoilt("homes", "places", "-4"), "homes.csv:2 places: expected a whole number from 0 to 10,000"),
    "about": (lambda where: (where / "about.json").write_text("{"), "about.json is damaged; import the files again"),
    "form": (lambda where: (where / "about.json").write_text('{"form": 9, "as_at": "2024-03-31"}'),
             "is of another version (form 9, this is 1); import the files again"),
    "nothing": (spoilt("homes", "home", ""), "homes.csv:2 home: expected something: the cell is empty"),
    "future": (spoilt("placements", "start", "9999-12-31"), "placements.csv:2 start: expected a date such as"),
    "backwards": (spoilt("placements", "end", "2001-01-01"), "placements.csv:2 end: expected a week not before the"),
    "no home": (spoilt("placements", "home", "H9999"), "placements.csv home: 'H9999' doesn't stand in homes.csv"),
    "day": (lambda where: (where / "about.json").write_text('{"form": 1, "as_at": "0001-01-01"}'),
            "as_at: expected a date from 1990-01-01 to 2060-12-31, got 0001-01-01"),
    "deep": (lambda where: (where / "about.json").write_text("[" * 100_000), "about.json is damaged"),
    "column": (lambda where: (where / "homes.csv").write_text("home\nH0001\n"), "lacks the columns provider,"),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_what_somebody_has_spoilt_is_one_line(what: str, tmp_path: Path) -> None:
    part = Part(placements=placements({}), homes=homes({"urn": "SC1"}))
    where = keep(tmp_path / "our-region", part)
    spoil, said = SPOILT[what]
    spoil(where)
    with pytest.raises(ScenarioError) as caught:
        read_region(str(where))
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [("{data: nowhere}", "there is no such folder; `marketsim data import FILES --out FOLDER` makes one"),
     ("{data: empty}", "holds no about.json, so that no import has made it"),
     ("{data: 3}", "expected"), ("{kind: synthetic, data: empty}", "unknown key")],
)  # fmt: skip
def test_a_scenario_that_names_no_folder_of_ours_is_one_line(written: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    path = tmp_path / "scenario.yaml"
    path.write_text(f"extends: england_2024.yaml\nworld: {written}\n")
    with pytest.raises(ScenarioError) as caught:
        loading.load_scenario(path)
    assert said in str(caught.value) and "scenario.yaml:2:" in str(caught.value)


def test_nothing_is_left_of_an_import_that_fails(tmp_path: Path, typed: Callable[..., Any]) -> None:
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    for words, said in (
        (["wrong.csv"], "wrong.csv is of no known form"), (["none.csv"], "none.csv: No such file"),
        (["wrong.csv", "--authority", "Leedz"], "--authority unknown authority 'Leedz'"),
    ):  # fmt: skip
        done = typed("data", "import", *words, "--out", "our-region")
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1, done.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == ["wrong.csv"]
    (tmp_path / "our-region").mkdir()
    done = typed("data", "import", "wrong.csv", "--out", "our-region")
    assert done.returncode == 2 and "our-region exists already" in done.stderr


def test_which_part_is_whose() -> None:
    """One council with one stay: its children are ours; shares and stays, of which too little is seen, are national."""
    tables = reducing.reduced(Part(placements=placements({"host_authority": YORK, "weekly_fee_gbp": 5_000.0})))
    parts = {one.part: one for one in provenance(region_of(tables, DAY.date()))}
    assert parts["children in homes at the start"].whose == OURS
    assert parts["children in homes at the start"].rests_on.startswith("1 on 2024-03-31 of Leeds")
    assert parts["in whose area, fee"].rests_on == "recorded of all"
    for part in ("needs of new children", "how long stays last", "homes"):
        assert parts[part].whose == NATIONAL


def test_too_few_places_are_said() -> None:
    full = {"urn": "SC1", "complete": True, "places": 1.0}
    rows = [{"child": str(number), "host_authority": LEEDS} for number in range(7)]
    tables = reducing.reduced(Part(placements=placements(*rows), homes=homes(full)))
    said = short_of_places(region_of(tables, DAY.date()))
    assert len(said) == 1 and said[0].startswith("7 of our children are recorded in Leeds, whose homes have 1 places")


def test_who_is_recorded_elsewhere_starts_elsewhere(tmp_path: Path) -> None:
    """In Wales, or in one of several authorities: in whose area nobody knows, but not in the own one."""
    rows = [{"child": str(number), "host_authority": "elsewhere", "distance_miles": 3.0} for number in range(20)]
    where = keep(tmp_path / "our-region", Part(placements=placements(*rows)))
    (where / starting.SCENARIO).write_text(starting.scenario_text(read_region(str(where)), "ours"))
    market = MarketModel(loading.load_scenario(where / starting.SCENARIO).scenario, 1).market
    leeds = market.authorities.code.index(LEEDS)
    ours = np.flatnonzero((market.children.state == PLACED) & (market.children.authority == leeds))
    assert len(ours) == 20 and (market.homes.authority[market.children.home[ours]] != leeds).all()
    np.testing.assert_allclose(market.children.miles[ours], 3.0)


def test_contracts_stand_in_the_scenario(tmp_path: Path) -> None:
    """Two blocks, of which York shares one: its order has both."""
    end = DAY + pd.Timedelta(weeks=104)
    usual = {"rule": "block", "places": 6.0, "weekly_fee_gbp": 5_000.0, "start": DAY, "end": end}
    contracts = shaped("contracts", pd.DataFrame([
        {**usual, "contract": "A: [x]\nb", "authorities": f"{LEEDS};{YORK}"},
        {**usual, "contract": "B", "authorities": YORK, "rule": "soft_block", "places": 2.0},
    ]).to_dict("series"))  # fmt: skip
    where = keep(tmp_path / "our-region", Part(contracts=contracts))
    (where / starting.SCENARIO).write_text(starting.scenario_text(read_region(str(where)), "our region!"))
    scenario = loading.load_scenario(where / starting.SCENARIO).scenario
    assert scenario.name == "our region" and str(scenario.horizon.start) == "2024-03-31"
    parts = {name: rule for name, rule in scenario.purchasing.arrangements.items() if name.startswith("own_")}
    assert {name: rule.places for name, rule in parts.items()} == {"own_1_1": 3, "own_1_2": 3, "own_2": 2}  # type: ignore[attr-defined]
    block = parts["own_1_1"]
    assert (block.fee, block.term_weeks, block.runs_at_start) == (5_000, 104, True)  # type: ignore[attr-defined]
    orders = {group.name: group.order for group in scenario.purchasing.groups}
    assert orders == {"Leeds": ["in_house", "own_1_1", ["framework", "spot"]],
                      "York": ["in_house", "own_1_2", "own_2", ["framework", "spot"]]}  # fmt: skip
    assert [str(change.date) for change in scenario.changes] == [str((end + pd.Timedelta(days=1)).date())]
    assert scenario.changes[0].model_extra == {"purchasing": {"groups": []}}


def test_contracts_run_on_their_days_only(tmp_path: Path) -> None:
    """One that is over is none; one that begins later begins then; five places for two are three and two."""
    week = pd.Timedelta(weeks=1)
    rows = [
        {"places": 4.0, "authorities": LEEDS, "start": DAY - 99 * week, "end": DAY - week},
        {"places": 5.0, "authorities": f"{LEEDS};{YORK}", "start": DAY + 10 * week},
    ]
    contracts = shaped("contracts", pd.DataFrame([{"rule": "block", **row} for row in rows]).to_dict("series"))
    where = keep(tmp_path / "our-region", Part(contracts=contracts))
    (where / starting.SCENARIO).write_text(starting.scenario_text(read_region(str(where)), "123"))
    scenario = loading.load_scenario(where / starting.SCENARIO).scenario
    parts = {name: rule for name, rule in scenario.purchasing.arrangements.items() if name.startswith("own_")}
    assert {name: (rule.places, rule.runs_at_start) for name, rule in parts.items()} == {  # type: ignore[attr-defined]
        "own_2_1": (3, False), "own_2_2": (2, False)
    }  # fmt: skip
    assert scenario.purchasing.groups == [] and scenario.name == "123"
    assert [str(change.date) for change in scenario.changes] == [str((DAY + 10 * week).date())]


def test_about_says_what_the_folder_is(tmp_path: Path) -> None:
    where = keep(tmp_path / "our-region", Part(placements=placements({})))
    about = json.loads((where / "about.json").read_text())
    assert (about["form"], about["as_at"]) == (1, "2024-03-31") and "date of birth" in about["personal_data"]
