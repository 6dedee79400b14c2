"""Printed tables fit the terminal, whatever its width, and break no word into letters."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from rich.console import Console

from marketsim import run
from marketsim.reports import fitting, results, tables

WIDTHS = range(60, 201, 20)


def printed_query(given: pd.DataFrame, width: int) -> str:
    text = io.StringIO()
    results.print_query(given, Console(file=text, width=width))
    return text.getvalue()


@pytest.fixture(scope="module")
def weekly() -> pd.DataFrame:
    return run("town", seed=5, weeks=30).weekly


@pytest.mark.parametrize("width", WIDTHS)
def test_a_query_of_all_columns_shows_all_of_them_whole(weekly: pd.DataFrame, width: int) -> None:
    text = printed_query(weekly, width)
    assert max(map(len, text.splitlines())) <= width
    assert set(weekly.columns) <= set(text.split()), "a heading is broken"
    assert "30 rows, the first 20 shown; --out FILE.csv writes all" in text
    assert "2024-04-07" in text and "00:00" not in text


def test_a_narrow_query_stays_one_table(weekly: pd.DataFrame) -> None:
    text = printed_query(weekly[["week", "places"]].assign(change=-0.0, spend=1_234_567.8), 60)
    assert "row ┃" not in text and text.endswith("30 rows\n")
    assert "1,234,568" in text and "-0" not in text


def test_groups_of_columns_stand_behind_the_first_and_say_what_they_are_of() -> None:
    wide = tables.table("Fees", "region", *(f"fee {n}" for n in range(12)))
    wide.add_row("Yorkshire and The Humber", *(f"+{n},000 ±{n}00" for n in range(12)))
    text = io.StringIO()
    console = Console(file=text, width=80)
    fitting.print_table(wide, console)
    assert not fitting.fits(wide, console)
    assert text.getvalue().count("Humber") > 2 and "(more of Fees)" in text.getvalue()
    assert all(f"+{n},000 ±{n}00" in text.getvalue() for n in range(12))
