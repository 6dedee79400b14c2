"""Every column of every table that is exported is defined, as what it is in that table."""

from __future__ import annotations

import csv
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from marketsim import Result, compare, load_scenario, run
from marketsim.england.figures import target_rows
from marketsim.experiments import differences, sensitivity
from marketsim.reports.workbook import columns_of
from marketsim.results.definitions import TABLES, column, text_columns
from marketsim.results.outcomes import MEASURES
from marketsim.trust.validation import against, backcast, predictions, scorecard
from marketsim.week.recording import YEAR_WEEKS

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))
from hand_made_sweep import GROWTH, fails_in_growth, make_sweep, points_of

Typed = Callable[..., subprocess.CompletedProcess[str]]
UNITS = {  # how a name ends, and the units that a column of that name may have
    "_gbp": ("GBP", "GBP/week"), "_share": ("share", "share/year"), "_miles": ("miles",), "_weeks": ("weeks",),
    "_week": ("week",), "_rate": ("share",), "_id": ("number",), "_authority": ("text",), "_region": ("text",),
}  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, a comparison and a sweep."""
    results = tmp_path_factory.mktemp("defined")
    run("town", seed=2, weeks=110).keep(results / "run")
    drawn = load_scenario("town", ["uncertainty=plausible"])
    compare("town", drawn, replicates=2, weeks=60, workers=1, out=results / "compared")
    make_sweep(results / "swept", points_of(4), fails_in_growth)
    return results


def exported(typed: Typed, folder: Path) -> dict[str, pd.DataFrame]:
    """The tables that `marketsim results export --csv` leaves."""
    assert typed("results", "export", str(folder), "--csv", "--out", f"{folder.name}-csv").returncode == 0
    read = {path.stem: pd.read_csv(path, encoding="utf-8-sig") for path in Path(f"{folder.name}-csv").iterdir()}
    assert read.pop("notes") is not None
    return read


@pytest.mark.parametrize("kind", ["run", "compared", "swept"])
def test_every_column_is_defined_where_it_stands(kind: str, folders: Path, typed: Typed) -> None:
    tables = exported(typed, folders / kind)
    said = tables.pop("columns").fillna("").set_index(["table", "column"])
    assert said.index.is_unique
    for table, frame in tables.items():
        assert table in TABLES, f"{table} has no sentence on its rows"
        for name in frame:
            unit, definition = said.loc[(table, name)]
            assert unit and definition, f"{table}.{name} is not defined"
            plain = not name.startswith(("mean", "sum_"))
            allowed = [units for end, units in UNITS.items() if name.endswith(end) and plain]
            assert all(unit in units for units in allowed), f"{table}.{name} in {unit}"
            is_words = pd.api.types.is_string_dtype(frame[name]) and name != "date"
            assert (unit == "text") == is_words or frame[name].isna().all(), f"{table}.{name}: {unit}"
            if unit == "share" and frame[name].notna().any():
                assert frame[name].max() <= 1, f"{table}.{name} is no share"


def test_columns_of_other_commands_are_defined() -> None:
    """Of analyses, calibrations and validations, whose tables are exported like others."""
    rows = pd.DataFrame({"measure": ["out_of_area_share"], "area": ["England"], "value": [0.5], "unit": ["share"]})
    predicted = predictions.together([rows], [rows], lambda values: (0.4, 0.6))
    tables = {
        "sensitivity": sensitivity.COLUMNS, "comparison": differences.COLUMNS, "scorecard": scorecard.COLUMNS,
        "backcast": backcast.COLUMNS, "predictions": list(predicted), "plausible": ["vector", "providers.cost_private"],
        "against": list(against.set_against(rows.drop(columns="unit"), predicted)),
        "runs": ["run", "wave", "seed", "plausible", "error", "providers.cost_private", "void_rate_survey", "homes"],
    }  # fmt: skip
    missing = [(table, name) for table, names in tables.items() for name in names if not column(table, name).definition]
    assert missing == [] and set(tables) <= set(TABLES)
    published = {row["measure"]: row["definition"] for row in target_rows()}["homes"]
    assert column("runs", "homes").definition == published != column("outcomes", "homes").definition


def test_what_is_said_of_money_is_what_it_adds_up_to(folders: Path) -> None:
    """The same name, by table: a week's, a year's by authority, and a week's mean over the last year."""
    found = Result.read(folders / "run")
    weekly, authorities = found.weekly.set_index("week"), found.authorities
    spend = found.outcomes.set_index(["outcome", "region"])["value"]["spend_gbp", "England"]
    for table, name, unit, words in (
        ("weekly", "spend_gbp", "GBP/week", ", in the week"),
        ("authorities", "yearly_spend_gbp", "GBP", "the sum over the year"),
        ("outcomes", "spend_gbp", "GBP/week", f"mean of the weeks of the last {YEAR_WEEKS} weeks"),
    ):
        assert column(table, name).unit == unit and words in column(table, name).definition
    first = authorities[authorities["year"] == authorities["year"].min()]
    until = int(weekly.index[weekly["date"] == first["date"].iloc[0]][0])
    assert first["yearly_spend_gbp"].sum() == pytest.approx(weekly.loc[:until, "spend_gbp"].sum())
    assert "in the last week of the year" in column("authorities", "children_placed").definition
    assert first["children_placed"].sum() == weekly.loc[until, "children_placed"]
    placed = found.outcomes.set_index(["outcome", "region"])["value"]["children_placed", "England"]
    last_year = weekly.tail(YEAR_WEEKS)
    assert (spend, placed) == (
        pytest.approx(last_year["spend_gbp"].mean()), pytest.approx(last_year["children_placed"].mean())
    )  # fmt: skip
    assert f"mean of the weeks of the last {YEAR_WEEKS} weeks" in column("outcomes", "children_placed").definition
    offers = found.outcomes.set_index(["outcome", "region"])["value"]["offers_per_referral", "England"]
    assert column("outcomes", "offers_per_referral")[:2] == ("offers per referral", "offers/referral") and offers < 1


def test_a_table_of_ones_own_is_not_explained_by_the_names_of_its_columns() -> None:
    mine = pd.DataFrame({"spend_gbp": [1.0], "name": ["x"], "children_placed": [2], "scenario": ["spot"]})
    assert (columns_of([("mine", mine)])[["unit", "definition"]] == "").all(axis=None)


def test_factors_have_the_unit_and_meaning_of_their_keys() -> None:
    assert column("design", GROWTH)[1:] == column("wide", GROWTH)[1:] != ("", "")
    assert column("design", "purchasing.arrangements.soft_block.retainer").unit == "share"
    assert column("design", "no.such.key")[1:] == ("", "")


def test_the_written_definitions_are_of_columns_that_there_are(folders: Path) -> None:
    """A column that no table has any more is no definition; calibrations and analyses have tables of their own."""
    text = files("marketsim.results").joinpath("columns.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert all(row["column"] and row["unit"] and row["definition"] for row in rows)
    assert len({(row["table"], row["column"]) for row in rows}) == len(rows)
    held = {name: set(frame) for kind in ("run", "compared", "swept")
            for name, frame in Result.read(folders / kind).tables.items()}  # fmt: skip
    named = [(row["table"], row["column"]) for row in rows if row["table"] in set(held) - {"runs"}]
    assert [(table, name) for table, name in named if name not in held[table]] == []
    assert {"scenario", "outcome", "region", "sector", "factor"} <= text_columns()
    assert not text_columns() & set(MEASURES)


def test_excel_says_of_each_heading_what_it_is(typed: Typed, folders: Path) -> None:
    assert typed("results", "export", str(folders / "run"), "--excel", "--out", "run.xlsx").returncode == 0
    with zipfile.ZipFile("run.xlsx") as book:
        said = " ".join(book.read(name).decode() for name in book.namelist() if "comments" in name)
    assert "GBP: all that the authority paid: the sum over the year" in said
    assert "GBP/week: all that authorities pay, in the week" in said


def test_show_says_what_a_row_is_and_units_that_names_leave_open(typed: Typed, folders: Path) -> None:
    said = " ".join(typed("results", "show", str(folders / "run")).stdout.replace("│", " ").split())
    assert "A row an authority and year: money and waits are the year's" in said
    assert "spend_gbp (GBP/week)" in said and "yearly_spend_gbp" in said


def test_one_name_has_one_unit_in_all_tables(folders: Path) -> None:
    """But for `value`, whose unit is the row's, and what says of itself that it is a count of this or that."""
    units: dict[str, set[str]] = {}
    for kind in ("run", "compared", "swept"):
        tables = Result.read(folders / kind).tables
        for table in tables:
            for name in tables.source(table).schema.names:
                units.setdefault(name, set()).add(column(table, name).unit)
    assert {name: found for name, found in units.items() if len(found) > 1} == {}
