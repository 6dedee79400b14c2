"""A council's own numbers as printed and drawn: all that is used is told, what is hidden isn't, no words on others."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from rich.console import Console

from marketsim.own_data.estimates.table import estimate
from marketsim.own_data.records import empty, shaped
from marketsim.reports import own_data

FIRST = pd.Timestamp("2022-04-04")


def made_up(count: int) -> pd.DataFrame:
    luck = np.random.default_rng(count)
    start = luck.integers(-60, 100, count)
    end = start + np.ceil(luck.exponential(60, count))
    route = luck.choice(["in_house", "spot", "framework"], count)
    return estimate(shaped("placements", {
        "authority": luck.choice(["E08000003", "E08000006"], count), "host_authority": "E08000003", "setting": "home",
        "start": FIRST + pd.to_timedelta(7 * start, unit="D"),
        "end": pd.Series(FIRST + pd.to_timedelta(7 * end, unit="D")).where((end >= 0) & (end < 104)),
        "end_reason": "moved", "seen_from": FIRST, "seen_to": FIRST + pd.Timedelta(days=7 * 104 - 1), "whole": True,
        "age": luck.integers(7, 18, count), "sex": luck.choice(["boy", "girl"], count, p=[0.9, 0.1]),
        "need": np.where(np.arange(count) < 3, "severe", "standard"), "route": route,
        "weekly_fee_gbp": luck.normal(5600, 900, count), "distance_miles": luck.exponential(30, count),
    }))  # fmt: skip


@pytest.fixture(scope="module", params=[400, 45, 12, 3])
def estimates(request: pytest.FixtureRequest) -> pd.DataFrame:
    return made_up(request.param)


def printed(estimates: pd.DataFrame) -> str:
    out = io.StringIO()
    own_data.print_estimates(estimates, Console(file=out, width=80))
    return out.getvalue()


def test_print_says_value_interval_count_and_england(estimates: pd.DataFrame) -> None:
    text = printed(estimates)
    assert max(map(len, text.splitlines())) <= 80
    assert "nan" not in text.lower()
    row = estimates[(estimates["quantity"] == "boys") & (estimates["group"] == "all")].iloc[0]
    line = next(line for line in text.splitlines() if line.startswith("│ boys"))
    assert "58.0%" in line  # of England
    if row["usable"]:
        assert f"{100 * row['value']:.1f}%" in line and f"{row['n']}" in line
    else:
        assert ("not shown" if pd.isna(row["n"]) else "too few") in line


def test_print_has_authorities_by_name() -> None:
    text = printed(made_up(400))
    assert "Manchester" in text and "Salford" in text and "E0800" not in text


def test_what_is_missing_is_said_to_be() -> None:
    text = " ".join(printed(estimate(empty("placements"))).split())
    assert "Not in the files: placed in an emergency" not in text  # not by itself
    assert text.count("Not in the files:") == 6  # a line a part
    assert "placed in an emergency" in text


@pytest.mark.parametrize("form", ["png", "svg"])
def test_picture_is_kept_with_its_words(estimates: pd.DataFrame, form: str, tmp_path: Path) -> None:
    path = own_data.draw(estimates, tmp_path / f"own.{form}")
    assert path.stat().st_size > 5_000
    words = path.with_suffix(".txt").read_text(encoding="utf-8")
    assert "nan" not in words.lower()
    assert "nationally 58.0%" in words


def test_no_words_lie_on_others(estimates: pd.DataFrame) -> None:
    figure = own_data.compared(estimates).figure
    figure.canvas.draw()
    beyond = set()  # labels of ticks outside of what is shown aren't drawn
    for axes in figure.axes:
        low, high = axes.get_xlim()
        beyond |= {id(tick.label1) for tick in axes.xaxis.get_major_ticks() if not low <= tick.get_loc() <= high}
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and id(text) not in beyond]
    extents = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_visible()]
    assert not [(one[0], two[0]) for one, two in itertools.combinations(extents, 2) if one[1].overlaps(two[1])]


def test_title_counts_what_differs() -> None:
    estimates = made_up(400)
    both = estimates[(estimates["group"] == "all") & estimates["usable"] & estimates["low"].notna()]
    both = both[both["national"].notna() & both["high"].notna()]
    outside = int(((both["national"] < both["low"]) | (both["national"] > both["high"])).sum())
    assert own_data.compared(estimates).title.startswith(f"{outside} of {len(both)} of our own numbers differ")


def test_nothing_to_compare_is_drawn_too(tmp_path: Path) -> None:
    path = own_data.draw(estimate(empty("placements")), tmp_path / "own.png")
    assert "none can be held against" in path.with_suffix(".txt").read_text(encoding="utf-8")
