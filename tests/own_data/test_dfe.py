"""DfE's files by authority: every quirk of theirs gives the figures that were put in, or is said."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published_samples import FAR, HEAD, HOMES, IN_HOMES, OUTSIDE, TOTAL, WHERE, read, row, said

from marketsim.own_data.formats.published.dfe import FAMILY
from marketsim.own_data.formats.published.dfe_words import measure_of
from marketsim.scenario.errors import ScenarioError

LEEDS = ("383", "Leeds", "E08000035")
YORK = ("816", "York", "E06000014")
CUMBRIA, CUMBERLAND = ("909", "Cumbria", "E10000006"), ("942", "Cumberland", "E06000063")
WESTMORLAND = ("943", "Westmorland and Furness", "E06000064")


def figures(tmp_path: Path, *rows: str, head: str = HEAD, above: str = "", encoding: str = "utf-8") -> pd.DataFrame:
    return read(FAMILY, written(tmp_path, *rows, head=head, above=above, encoding=encoding))[0].figures


def written(tmp_path: Path, *rows: str, head: str = HEAD, above: str = "", encoding: str = "utf-8",
            name: str = "dfe.csv") -> Path:  # fmt: skip
    path = tmp_path / name
    path.write_text(above + "\n".join([head, *rows]) + "\n", encoding=encoding)
    return path


def values(found: pd.DataFrame) -> dict[tuple[str, str, int], float]:
    keys = zip(found["measure"], found["area"], found["year"].astype(int), strict=True)
    return dict(zip(keys, found["value"], strict=True))


def test_the_four_statistics_of_children_looked_after(tmp_path: Path) -> None:
    """200 looked after, of whom 25 in homes, 44% outside and 20% far away: of all children, not of those in homes."""
    found = figures(
        tmp_path, row("2024", LEEDS, TOTAL, 200, 100), row("2024", LEEDS, IN_HOMES, 25, 13),
        row("2024", LEEDS, (WHERE, OUTSIDE), 88, 44), row("2024", (), TOTAL, 83630, 100),
        row("2024", LEEDS, ("Distance between home and placement", FAR), 40, 20),
    )  # fmt: skip
    assert values(found) == {
        ("children_looked_after", "E08000035", 2024): 200, ("children_in_homes", "E08000035", 2024): 25,
        ("looked_after_out_of_area_share", "E08000035", 2024): 0.44,
        ("looked_after_over_20_miles_share", "E08000035", 2024): 0.20,
        ("children_looked_after", "England", 2024): 83630,
    }  # fmt: skip
    assert set(found["unit"]) == {"children", "share"} and set(found["given_as"]) == {"number", "percent"}
    assert found.set_index("measure").at["children_in_homes", "note"] == "with secure homes"
    assert sorted(found["line"]) == [2, 3, 4, 5, 6] and set(found["file"]) == {"dfe.csv"}


def test_shares_of_children_in_homes_are_the_programs_own(tmp_path: Path) -> None:
    found = figures(tmp_path, row("2024", LEEDS, (HOMES, OUTSIDE), 13, 52), row("2024", LEEDS, (HOMES, FAR), 10, 40))
    assert values(found) == {
        ("out_of_area_share", "E08000035", 2024): 0.52, ("over_20_miles_share", "E08000035", 2024): 0.4
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "measure"),
    [(("Placement", "Secure homes and children\u2019s homes"), "children_in_homes"),
     (("Placement", "Children's homes"), "children_in_homes"),
     (("Placement", "Secure units children's homes and semi-independent living accommodation"), ""),
     (("Placement", "Foster placements"), ""), (("Age group", "10 to 15 years"), ""),
     (("Ethnicity", "Total"), "children_looked_after"), (("CLA 2 years on 31 March", "Total children"), ""),
     (("CLA on 31 March", "Total children"), "children_looked_after"),
     (("Children looked after at 31 March each year",), "children_looked_after"),
     (("Children starting to be looked after each year",), ""),
     (("1. All children looked after at 31 March", "All children"), "children_looked_after"),
     (("3. All children placed outside council boundary", "All children"), ""),
     (("Secure homes and children's homes", "2. Over 20 miles"), "over_20_miles_share"),
     (("Secure homes and children's homes", "2.ii Over 20 miles outside LA boundary"), ""),
     (("Location of new placements during the year", "Placed outside LA boundary more than 20 miles from home"), ""),
     (("Gender", "Placed outside the local authority boundary"), ""), ((), "")],
)  # fmt: skip
def test_words_stand_for_one_measure_or_none(words: tuple[str, ...], measure: str) -> None:
    assert measure_of(words)[0] == measure


def test_heads_below_titles_with_a_byte_order_mark_and_in_the_encoding_of_windows(tmp_path: Path) -> None:
    above = "Children looked after,,\nSource: SSDA903\n\n"
    rows = (row("2024", LEEDS, ("Placement", "Secure homes and children\u2019s homes"), "1,025".join('""')),)
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        found = figures(tmp_path, *rows, above=above, encoding=encoding)
        assert values(found) == {("children_in_homes", "E08000035", 2024): 1025}, encoding
        assert found["line"].tolist() == [5]


@pytest.mark.parametrize("period", ["2024", "202324", "2023-24", "2023/24", "2023-2024", "2024.0"])
def test_years(tmp_path: Path, period: str) -> None:
    assert figures(tmp_path, row(period, LEEDS, TOTAL, 5))["year"].tolist() == [2024]


def test_a_year_that_is_none_is_left_out_with_its_line(tmp_path: Path) -> None:
    part, findings = read(FAMILY, written(tmp_path, row("2024", LEEDS, TOTAL, 5), row("202325", YORK, TOTAL, 6)))
    assert values(part.figures) == {("children_looked_after", "E08000035", 2024): 5}
    assert "dfe.csv:3:time_period: left out: is no year (2024, 202324 or 2023-24) ['202325']" in said(findings)


def test_what_stands_in_for_a_number_is_never_0(tmp_path: Path) -> None:
    """Ten stand-ins and one 0: one figure; each kind is counted."""
    symbols = ["c", "z", "x", ":", "~", "..", "low", "k", "u", ""]
    areas = [(str(code), "", "") for code in range(301, 311)]
    rows = [row("2024", area, IN_HOMES, symbol) for area, symbol in zip(areas, symbols, strict=True)]
    rows += [row("2024", LEEDS, IN_HOMES, 0), row("2024", YORK, IN_HOMES, "c")]
    part, findings = read(FAMILY, written(tmp_path, *rows))
    assert values(part.figures) == {("children_in_homes", "E08000035", 2024): 0}
    told = said(findings)
    assert "cells that are c (kept back to protect people): 2; no figure, and not 0" in told
    assert "children_in_homes: no figure in 11 of 12 rows" in told
    assert all(f"cells that are {symbol}" in told for symbol in [*symbols[1:9], "empty"])


def test_what_is_no_number_is_passed_over_with_its_line(tmp_path: Path) -> None:
    _, findings = read(FAMILY, written(tmp_path, row("2024", LEEDS, TOTAL, 5), row("2024", YORK, TOTAL, "6o")))
    assert "dfe.csv:3:number: read as: is no number from 0: passed over ['6o']" in said(findings)


def test_percent_or_share_is_told_by_head_and_column(tmp_path: Path) -> None:
    """52 is a percent; 0.52 under percentage a share, since nothing is above 1 and parts of 1 are there."""
    for number, more, given_as in ((52, 100, "percent"), (0.52, 1, "share")):
        rows = row("2024", LEEDS, (HOMES, OUTSIDE), 13, number), row("2024", LEEDS, (HOMES, "Total"), 25, more)
        part, findings = read(FAMILY, written(tmp_path, *rows))
        found = part.figures.set_index("measure").loc["out_of_area_share"]
        assert (found["value"], found["given_as"]) == (0.52, given_as)
        assert f"the largest in the column is {more}" in said(findings)
    head = HEAD.replace("percentage", "proportion")
    assert figures(tmp_path, row("2024", LEEDS, (HOMES, OUTSIDE), 13, 1), head=head)["value"].tolist() == [1]
    assert figures(tmp_path, row("2024", LEEDS, (HOMES, OUTSIDE), 13, 1))["value"].tolist() == [0.01]


def test_a_share_that_is_kept_back_or_missing_comes_from_the_numbers(tmp_path: Path) -> None:
    """13 of 26 are a half; without the 26 there is none. A percent above 100 is none either."""
    rows = row("2024", LEEDS, IN_HOMES, 26, 13), row("2024", LEEDS, (HOMES, OUTSIDE), 13, "c")
    found = figures(tmp_path, *rows, row("2024", YORK, (HOMES, OUTSIDE), 13, "c")).set_index("measure")
    assert found.at["out_of_area_share", "value"] == 0.5 and found.at["out_of_area_share", "given_as"] == "number"
    part, findings = read(FAMILY, written(tmp_path, row("2024", YORK, (HOMES, OUTSIDE), "z", 520)))
    assert part.figures.empty and "dfe.csv:2:percentage: read as: is no percent: passed over ['520']" in said(findings)


def test_old_and_new_authorities_side_by_side(tmp_path: Path) -> None:
    """2022: Cumbria's 100, shared out; 2023: both are there and so is a figure by the new ones, which counts."""
    rows = [row("2022", CUMBRIA, TOTAL, 100), row("2022", CUMBERLAND, TOTAL, "z"), row("2022", WESTMORLAND, TOTAL, "z"),
            row("2023", CUMBRIA, TOTAL, 90), row("2023", CUMBERLAND, TOTAL, 60), row("2023", WESTMORLAND, TOTAL, 30),
            row("2022", CUMBRIA, (WHERE, OUTSIDE), 30, 30)]  # fmt: skip
    part, findings = read(FAMILY, written(tmp_path, *rows))
    found = values(part.figures)
    two = [found["children_looked_after", code, 2022] for code in ("E06000063", "E06000064")]
    assert sum(two) == 100 and two[0] > two[1] > 0
    assert found["children_looked_after", "E06000063", 2023] == 60 and len(found) == 6
    assert found["looked_after_out_of_area_share", "E06000063", 2022] == 0.3
    assert "Cumbria 2022 is shared out between 'Cumberland' and 'Westmorland and Furness'" in said(findings)
    assert "Cumbria 2023 isn't counted beside 'Cumberland' and 'Westmorland and Furness'" in said(findings)


def test_merged_shares_are_weighed_by_the_files_own_children(tmp_path: Path) -> None:
    """Bournemouth 50% of 300 and Poole 30% of 100 are 45% of 400."""
    bournemouth, poole = ("837", "Bournemouth", "E06000028"), ("836", "Poole", "E06000029")
    rows = [row("2018", bournemouth, TOTAL, 300, 100), row("2018", poole, TOTAL, 100, 100),
            row("2018", bournemouth, (WHERE, OUTSIDE), 150, 50),
            row("2018", poole, (WHERE, OUTSIDE), 30, 30)]  # fmt: skip
    found = values(figures(tmp_path, *rows))
    assert found["children_looked_after", "E06000058", 2018] == 400
    assert found["looked_after_out_of_area_share", "E06000058", 2018] == pytest.approx(0.45)


def test_inner_and_outer_london(tmp_path: Path) -> None:
    """Added up where London isn't there; averaged by children (60% of 30 and 20% of 10 are 50%); else passed over."""
    inner, outer, london = ("Inner London",), ("Outer London",), ("London",)
    rows = [row("2024", inner, TOTAL, 30, 100), row("2024", outer, TOTAL, 10, 100),
            row("2024", inner, (WHERE, OUTSIDE), 18, 60), row("2024", outer, (WHERE, OUTSIDE), 2, 20),
            row("2023", inner, TOTAL, 30), row("2023", outer, TOTAL, 10), row("2023", london, TOTAL, 41),
            row("2022", inner, TOTAL, 30)]  # fmt: skip
    part, findings = read(FAMILY, written(tmp_path, *rows))
    assert values(part.figures) == {
        ("children_looked_after", "London", 2024): 40, ("looked_after_out_of_area_share", "London", 2024): 0.5,
        ("children_looked_after", "London", 2023): 41,
    }  # fmt: skip
    told = said(findings)
    assert "Inner and Outer London 2023 aren't counted beside London" in told
    assert "Inner London 2022 alone is not London: left out" in told


def test_areas_that_are_not_known_are_left_out_with_their_lines(tmp_path: Path) -> None:
    school = row("2024", (), TOTAL, 9).replace("National", "School")
    rows = [row("2024", LEEDS, TOTAL, 5), row("2024", ("", "Leedz", ""), TOTAL, 6),
            row("2024", ("", "York", "E08000035"), TOTAL, 7), row("2024", ("Middle England",), TOTAL, 8),
            school]  # fmt: skip
    part, findings = read(FAMILY, written(tmp_path, *rows))
    assert values(part.figures) == {("children_looked_after", "E08000035", 2024): 5}
    told = said(findings)
    assert "dfe.csv:3:la_name: left out: is no authority that is known ['Leedz']" in told
    assert "dfe.csv:4:la_name: left out: its codes and name are of different authorities ['York']" in told
    assert "dfe.csv:5:region_name: left out: is no region of England that is known ['Middle England']" in told
    assert "rows neither of England, a region nor an authority, which aren't used: 1" in told


def test_a_figure_that_stands_twice(tmp_path: Path) -> None:
    """The same again is one; another value is refused, with both places, in one file or two."""
    first, other = row("2024", LEEDS, TOTAL, 5), row("2024", LEEDS, TOTAL, 6)
    assert len(figures(tmp_path, first, row("2024", LEEDS, ("Gender", "Total"), 5))) == 1
    with pytest.raises(ScenarioError, match=r"^dfe.csv:3 .*in 2024 is 6 here and 5 in dfe.csv:2; give one of the two$"):
        figures(tmp_path, first, other)
    paths = [written(tmp_path, one, name=name) for one, name in ((first, "a.csv"), (other, "b.csv"))]
    with pytest.raises(ScenarioError, match=r"is 6 here and 5 in a\.csv:2"):
        read(FAMILY, *paths)


def test_homes_alone_go_before_homes_with_secure_ones(tmp_path: Path) -> None:
    narrower = row("2024", LEEDS, ("Placement", "Children's homes"), 25)
    found = figures(tmp_path, row("2024", LEEDS, IN_HOMES, 27), narrower)
    assert found[["value", "note"]].to_numpy().tolist() == [[25, ""]]


def test_other_statistics_are_noted_and_not_used(tmp_path: Path) -> None:
    rows = [row("2024", LEEDS, ("Ethnicity", name), 5) for name in ("White", "Mixed", "Black", "Asian")]
    part, findings = read(FAMILY, written(tmp_path, row("2024", LEEDS, TOTAL, 5), *rows))
    assert len(part.figures) == 1
    told = said(findings)
    assert "rows of statistics that aren't used: 4 (Ethnicity / White; " in told and " and 1 more)" in told


def test_the_file_of_rates_holds_words_under_population_count(tmp_path: Path) -> None:
    head = (
        "time_period,geographic_level,region_name,old_la_code,la_name,new_la_code,population_count,"
        "population_estimate,number,rate_per_10000"
    )
    what = {"Children looked after at 31 March each year": 334, "Children ceasing to be looked after each year": 114}
    begins = "2024,Local authority,North East,805,Hartlepool,E06000001"
    rows = [f"{begins},{words},20417,{number},164" for words, number in what.items()]
    assert values(figures(tmp_path, *rows, head=head)) == {("children_looked_after", "E06000001", 2024): 334}


WIDE = """New_geog_code,geog_l,geog_c,geog_n,CLA_Mar2017,CLA_Secure,CLA_InBound,CLA_Outbound,CLA_InLA_GT20,\
CLA_OutLA_GT20
E92000001,NATIONAL,999,ENGLAND,"72,670",7890,43570,29100,3040,10530
E12000007,REGION,G,LONDON,100,1,40,60,5,15
E12000007,REGION,H,INNER LONDON,40,1,10,30,1,9
E06000048,LA,929,Northumberland,400,31,300,100,40,40
E06000028,LA,837,Bournemouth,238,19,108,130,x,44
E06000029,LA,836,Poole,192,20,101,91,..,17
"""


def test_underlying_data_until_2017(tmp_path: Path) -> None:
    """100 of 400 outside, 80 far away; of Bournemouth and Poole 221 of 430 outside; what is kept back has no share."""
    path = tmp_path / "SFR.csv"
    path.write_text(WIDE)
    part, findings = read(FAMILY, path)
    found = values(part.figures)
    assert found["children_looked_after", "England", 2017] == 72670
    assert found["children_looked_after", "E06000057", 2017] == 400
    assert found["looked_after_out_of_area_share", "E06000057", 2017] == 0.25
    assert found["looked_after_over_20_miles_share", "E06000057", 2017] == 0.2
    assert found["looked_after_out_of_area_share", "London", 2017] == 0.6
    assert found["looked_after_out_of_area_share", "E06000058", 2017] == pytest.approx(221 / 430)
    assert ("looked_after_over_20_miles_share", "E06000058", 2017) not in found
    assert not any(measure == "children_in_homes" for measure, *_ in found)
    assert "CLA_Secure counts homes, secure units and hostels as one" in said(findings)


def test_a_file_without_numbers_and_one_with_a_head_twice_are_refused(tmp_path: Path) -> None:
    head = "time_period,geographic_level,la_name,characteristic"
    with pytest.raises(ScenarioError, match=r"^dfe\.csv has no column of numbers; one is called number or"):
        figures(tmp_path, "2024,Local authority,Leeds,Total", head=head)
    with pytest.raises(ScenarioError, match=r"^dfe\.csv:1 has the column 'number' twice"):
        figures(tmp_path, row("2024", LEEDS, TOTAL, 5, 6), head=HEAD.replace("percentage", "Number"))


def test_200_000_rows_are_read_in_a_few_seconds(tmp_path: Path) -> None:
    areas = [(str(code), "", "") for code in (*range(301, 321), *range(330, 337))]
    block = [row(str(year), area, what, 5, 50) for year in (2020, 2021) for area in areas for what in
             (TOTAL, IN_HOMES, (WHERE, OUTSIDE), *(("Ethnicity", f"{one}") for one in range(1000)))]  # fmt: skip
    path = written(tmp_path, *(block * 4)[:200_000])
    began = time.perf_counter()
    part, _ = read(FAMILY, path)
    assert time.perf_counter() - began < 10 and len(part.figures) == 27 * 2 * 3


CELL = st.text(max_size=6) | st.sampled_from([
    "", "c", "z", "k", "5", "0", "5.5", "101", "-3", "1e400", "nan", "inf", "England", "Leeds", "Cumbria", "2024",
    "202324", "20245", "E08000035", "383", "825", "London", "Inner London", "Total", HOMES, OUTSIDE, '"', "é", "\x01",
    "National", "Regional", "Local authority",
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.lists(CELL, min_size=14, max_size=14), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]), kept=st.floats(0.3, 1),
    head=st.sampled_from([HEAD, HEAD.title(), WIDE.splitlines()[0] + ",la_name,a,b"]), good=st.booleans(),
)  # fmt: skip
def test_any_such_file_is_read_or_refused_in_one_line(
    tmp_path: Path, cells: list[list[str]], encoding: str, kept: float, head: str, good: bool
) -> None:
    path = tmp_path / "any.csv"
    rows = [row("2024", LEEDS, TOTAL, 5, 100)] * good + [",".join(line) for line in cells]
    data = "\n".join([head, *rows]).encode(encoding, errors="replace")
    path.write_bytes(data[: int(len(data) * kept)])
    try:
        part, _ = read(FAMILY, path)
    except ScenarioError as error:
        assert str(error).startswith("any.csv") and "\n" not in str(error)
    else:
        assert part.figures["value"].between(0, 1e300).all()
        assert part.figures.loc[part.figures["unit"] == "share", "value"].between(0, 1).all()
