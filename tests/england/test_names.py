"""Names of authorities as people write them: what is suggested for each, and who followed a former authority."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketsim.england import names
from marketsim.england.figures import authority_rows
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario
from marketsim.trust.validation.against import read_figures

AREAS = {row["name"]: row["name"] for row in authority_rows()}
KINDS = {row["name"]: row["kind"] for row in authority_rows()}


def spellings(name: str) -> Iterator[str]:
    """How letters, lists of inspectors and spreadsheets write an authority."""
    short = re.sub(r", (City|County) of$|^County |^City of ", "", name)
    yield from (name.upper(), name.lower(), f" {name} ", f"{short} Council", name.replace("-", " "))
    yield from (name.replace(" and ", " & "), name.replace(" upon ", "-on-"), name.replace(", ", " "))
    yield from (f"The City of {short}", f"{short} City Council", f"County of {short}", f"{short} County Council")
    yield from (name.replace("St. ", "St "), name.replace("St. ", "Saint "), short)
    if KINDS[name] == "london borough":
        yield f"London Borough of {short}"
    if KINDS[name] == "metropolitan":
        yield f"{short} Metropolitan Borough Council"


@pytest.mark.parametrize("name", AREAS)
def test_every_usual_spelling_suggests_its_authority(name: str) -> None:
    for written in set(spellings(name)) - {"London", "London Council"}:
        assert names.nearest(written, AREAS) == [name], written


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Durham", ["County Durham"]), ("Hull", ["Kingston upon Hull, City of"]), ("Stoke", ["Stoke-on-Trent"]),
     ("Kingston", ["Kingston upon Hull, City of", "Kingston upon Thames"]), ("Sheffeild", ["Sheffield"]),
     ("Sussex", ["East Sussex", "West Sussex"]), ("Worcester", ["Worcestershire"]), ("Scilly", ["Isles of Scilly"]),
     ("St Albans", []), ("Cardiff", []), ("Notts", []), ("", []), ("&", [])],
)  # fmt: skip
def test_short_names_and_slips(written: str, meant: list[str]) -> None:
    assert names.nearest(written, AREAS) == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [("Cumbria County Council", "it was split into 'Cumberland' and 'Westmorland and Furness' on 1 April 2023"),
     ("E10000021", "it was split into 'North Northamptonshire' and 'West Northamptonshire' on 1 April 2021"),
     ("Poole", "it was merged into 'Bournemouth, Christchurch and Poole' on 1 April 2019"),
     ("Bournemouth & Poole", "it was merged into 'Bournemouth, Christchurch and Poole' on 1 April 2019"),
     ("e10000009", "it was replaced by 'Dorset' on 1 April 2019"),
     ("E06000048", "it was recoded as 'Northumberland' on 1 April 2013"),
     ("E08000039", "it took the place of the code E08000019 of 'Sheffield' on 1 April 2025"),
     ("bcp", "it is short for 'Bournemouth, Christchurch and Poole'"),
     ("E07000240", "codes are those of April 2023, and districts are no authorities"),
     ("W06000015", "codes are those of April 2023"), ("Dorset Council", "did you mean 'Dorset'?")],
)  # fmt: skip
def test_former_authorities_and_codes(written: str, said: str) -> None:
    assert names.advice(written, AREAS) == said


def test_the_table_of_former_authorities_names_those_there_are() -> None:
    rows = names._former().values()
    assert {name for row in rows for name in row["successors"].split("; ")} <= set(AREAS)
    assert not set(names._former()) & {row["ons_code"] for row in authority_rows()}
    assert all(row["date"] or row["became"] == "is short for" for row in rows)


@pytest.mark.parametrize(
    ("key", "written", "said"),
    [("authorities", "Northamptonshire", "'North Northamptonshire' and 'West Northamptonshire' on 1 April 2021"),
     ("authorities", "South West", "it is a region: name it under regions"),
     ("authorities", "Bristol", "did you mean 'Bristol, City of'?"),
     ("regions", "Yorkshire & Humber", "did you mean 'Yorkshire and The Humber'?")],
)  # fmt: skip
def test_a_scenario_says_it(key: str, written: str, said: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        load_scenario("cooperative", [f"purchasing.arrangements.cooperative.members.{key}=[{written}]"])
    assert said in str(raised.value) and f"'{written}'" in str(raised.value)


def test_figures_of_ones_own_get_codes(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    for area, said in (("Durham", "'E06000047' (County Durham)"), ("Cumbria", "'E06000063' (Cumberland) and 'E06")):
        file.write_text(f"measure,area,value\nout_of_area_share,{area},0.5\n")
        with pytest.raises(ScenarioError, match=re.escape(said)):
            read_figures(file)
