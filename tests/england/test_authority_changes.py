"""Authorities of today under all their names and codes, and figures of old ones carried over to them."""

from __future__ import annotations

import pytest

from marketsim.england.carrying import carried_over
from marketsim.england.changes import today
from marketsim.england.figures import authority_rows, change_rows, code_rows

ROWS = {row["ons_code"]: row for row in authority_rows()}
CUMBERLAND, WESTMORLAND = "E06000063", "E06000064"
NORTH, WEST = "E06000061", "E06000062"
BCP, DORSET = "E06000058", "E06000059"


@pytest.mark.parametrize("code", ROWS)
def test_an_authority_is_known_by_its_name_and_codes(code: str) -> None:
    name = ROWS[code]["name"]
    short = name.removesuffix(", City of").removesuffix(", County of")
    for word in (code, code.lower(), name, name.upper(), short, f" {short} Council", name.replace(" and ", " & ")):
        assert today(word) == (code,), word


def test_codes_of_the_department_are_one_for_each_authority() -> None:
    assert [row["ons_code"] for row in code_rows()] == list(ROWS)
    assert [row["name"] for row in code_rows()] == [row["name"] for row in authority_rows()]
    for row in code_rows():
        assert today(row["dfe_code"]) == today(f"{row['dfe_code']}.0") == (row["ons_code"],)


@pytest.mark.parametrize(
    ("word", "codes"),
    [("Cumbria", (CUMBERLAND, WESTMORLAND)), ("E10000006", (CUMBERLAND, WESTMORLAND)),
     ("909", (CUMBERLAND, WESTMORLAND)),
     ("North Yorkshire", ("E06000065",)), ("E10000023", ("E06000065",)), ("815", ("E06000065",)),
     ("Somerset", ("E06000066",)), ("E10000027", ("E06000066",)), ("E10000002", ("E06000060",)),
     ("Northamptonshire", (NORTH, WEST)), ("928", (NORTH, WEST)), ("940 / 941", (NORTH, WEST)),
     ("North Northamptonshire / West Northamptonshire", (NORTH, WEST)),
     ("Bournemouth", (BCP,)), ("836", (BCP,)), ("E07000048", (BCP,)), ("Bournemouth, Christchurch & Poole", (BCP,)),
     ("Dorset", (DORSET,)), ("835", (DORSET,)), ("838", (DORSET,)),
     ("E08000038", ("E08000016",)), ("E08000039", ("E08000019",)), ("E08000020", ("E08000037",)),
     ("E06000048", ("E06000057",)), ("820", ("E06000055", "E06000056")),
     ("Bristol", ("E06000023",)), ("Bristol City of", ("E06000023",)), ("Kingston Upon Hull, City of", ("E06000010",)),
     ("Hull", ("E06000010",)), ("St Helens", ("E08000013",)), ("Southend on Sea", ("E06000033",)),
     ("Southend", ("E06000033",)), ("Durham", ("E06000047",)), ("Medway Towns", ("E06000035",)),
     ("The Wrekin", ("E06000020",)), ("Blackburn", ("E06000008",)), ("Isles Of Scilly", ("E06000053",)),
     ("LB Camden", ("E09000007",)), ("Oldham MBC", ("E08000004",)), ("Kent CC", ("E10000016",)), ("CC", ()),
     ("City of London", ("E09000001",)), ("Cornwall and Isles of Scilly", ("E06000052", "E06000053")),
     ("London", ()), ("Inner London", ()), ("Outer London", ()), ("England", ()), ("North East", ()),
     ("Sheffeild", ()), ("Kingston", ()), ("Sussex", ()), ("City of", ()), ("", ()), ("/", ()), ("999", ()),
     ("E10000099", ()), ("Cumbria / Nowhere", ())],
)  # fmt: skip
def test_former_ones_and_other_spellings(word: str, codes: tuple[str, ...]) -> None:
    assert today(word) == codes


def test_every_change_leads_to_authorities_of_today() -> None:
    for row in change_rows():
        names = [ROWS[code]["name"] for code in today(row["ons_code"] or row["name"])]
        assert names == row["successors"].split("; "), row["name"]


def test_2023_cumbria_is_shared_out_and_the_two_counties_go_over_whole() -> None:
    """100 by weights 3 to 1; North Yorkshire and Somerset are the same area under another code."""
    values = {"E10000006": 100.0, "E10000023": 40.0, "Somerset": 50.0, "E06000047": 7.0}
    done = carried_over(values, 2022, {CUMBERLAND: 300, WESTMORLAND: 100})
    assert done.values == {CUMBERLAND: 75, WESTMORLAND: 25, "E06000065": 40, "E06000066": 50, "E06000047": 7}
    assert len(done.said) == 3
    said = " | ".join(done.said)
    assert "shared out between 'Cumberland' and 'Westmorland and Furness' by children (75%, 25%)" in said
    assert "North Yorkshire 2022 is that of the authority before 1 April 2023: the same area" in done.said


def test_2019_bournemouth_and_poole_are_added_and_dorset_keeps_christchurch() -> None:
    done = carried_over({"Bournemouth": 238, "E06000029": 192, "Dorset": 484}, 2018)
    assert done.values == {BCP: 430, DORSET: 484}
    said = " | ".join(done.said)
    assert "added up from Bournemouth and Poole; without Christchurch, which belonged to Dorset then" in said
    assert "Dorset 2018 is that of the authority before 1 April 2019: with Christchurch" in said


def test_2019_shares_are_averaged_by_children() -> None:
    """0.25 of 300 children and 0.5 of 100 are 125 of 400."""
    given = {"Bournemouth": 0.25, "Poole": 0.5}
    assert carried_over(given, 2018, {"Bournemouth": 300, "Poole": 100}, "share").values == {BCP: 0.3125}
    recorded = (238 * 0.25 + 192 * 0.5) / 430
    assert carried_over(given, 2018, kind="share").values == {BCP: pytest.approx(recorded)}


def test_2020_and_2021_buckinghamshire_and_northamptonshire() -> None:
    """7 children by weights 1 to 1 are 4 and 3 in whole children, the first first; 3.5 each otherwise."""
    weights, values = {NORTH: 10, WEST: 10}, {"E10000002": 9.0, "E10000021": 7.0}
    assert carried_over(values, 2019, weights).values == {"E06000060": 9, NORTH: 3.5, WEST: 3.5}
    assert carried_over(values, 2019, weights, whole=True).values == {"E06000060": 9, NORTH: 4, WEST: 3}
    shares = carried_over({"928": 0.4}, 2020, kind="share")
    assert shares.values == {NORTH: 0.4, WEST: 0.4} and "is taken for each of" in shares.said[0]


def test_without_weights_children_looked_after_share() -> None:
    north, west = (float(ROWS[code]["children_looked_after"]) for code in (NORTH, WEST))
    done = carried_over({"Northamptonshire": 100.0}, 2020)
    assert done.values[NORTH] == pytest.approx(100 * north / (north + west))


def test_old_and_new_side_by_side_are_not_counted_twice() -> None:
    values = {"E10000021": 100.0, NORTH: 45.0, WEST: 50.0, "Bournemouth": 1.0, "Poole": 2.0, BCP: 4.0, "E10000009": 9.0,
              "E06000059": 8.0}  # fmt: skip
    done = carried_over(values, 2020)
    assert done.values == {NORTH: 45, WEST: 50, BCP: 4, DORSET: 8}
    assert any("Northamptonshire 2020 isn't counted beside 'North Northampton" in one for one in done.said)
    together = carried_over({"Cumbria": 10.0, "942 / 943": 10.0}, 2022)
    assert sum(together.values.values()) == 10


def test_a_figure_of_the_two_together_is_enough() -> None:
    assert carried_over({"Bournemouth and Poole": 430.0, "Poole": 192.0}, 2018).values == {BCP: 430}


def test_what_would_be_wrong_is_left_out_and_said() -> None:
    done = carried_over({"Bournemouth": 5.0, "Cleveland": 3.0, "Nowhere": 1.0, "Leeds": 1.0, "383": 2.0}, 2018)
    assert done.values == {}
    said = " | ".join(done.said)
    assert "that of Poole isn't known" in said and "Cleveland ended in 1996" in said
    assert "'Nowhere' is no authority" in said and "Leeds has two figures" in said


def test_a_code_that_changed_alone_needs_no_word() -> None:
    done = carried_over({"E08000020": 5.0, "E08000038": 6.0, "Northumberland": 7.0}, 2012)
    assert done.values == {"E08000037": 5, "E08000016": 6, "E06000057": 7} and done.said == []
