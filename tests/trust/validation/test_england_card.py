"""England as it is: what one run and one null give, measured once for all tests of this file."""

import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from marketsim.england.figures import authority_rows, target_rows
from marketsim.experiments.run import run
from marketsim.reports.scorecard import print_targets
from marketsim.results.reading import Tables
from marketsim.results.result import Result
from marketsim.trust.published import has_targets, measure_targets
from marketsim.trust.validation.null_model import (
    FITTED_TO,
    OfferRates,
    lay_out,
    null_snapshot,
    null_targets,
    take_nearest,
)
from marketsim.trust.validation.patterns import PATTERNS, at_end, values_of
from marketsim.trust.validation.predictions import predict
from marketsim.trust.validation.scorecard import BACKCAST_TARGETS
from marketsim.trust.validation.validate import DEFAULT_SCENARIO


@pytest.fixture(scope="module")
def result() -> Result:
    return run(DEFAULT_SCENARIO, seed=1)


def test_every_target_but_those_of_the_backcast_is_measured(result: Result) -> None:
    assert has_targets(result)
    unknown = [name for name, value in measure_targets(result).items() if math.isnan(value)]
    assert unknown == list(BACKCAST_TARGETS)


def test_a_single_run_is_printed_against_the_published_figures(result: Result) -> None:
    printed = io.StringIO()
    print_targets(result, Console(file=printed, width=80))
    text = printed.getvalue()
    assert "Against published figures (one run" in text and "left out" in text
    assert "of 25 fitted, 6 of 6 put in." in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert all(row["measure"].split("_")[0] in text for row in target_rows())


def test_a_forecast_is_not_set_against_the_published_figures(result: Result) -> None:
    later = result.weekly.assign(date=result.weekly["date"] + pd.DateOffset(years=1))
    printed = io.StringIO()
    print_targets(replace(result, tables=Tables({**result.tables, "weekly": later})), Console(file=printed))
    text = " ".join(printed.getvalue().split())
    assert "FAIL" not in text and text.startswith("Not set against the published figures: they are of the year to 31 M")
    assert "this run ends on 29 March 2025" in text


def test_every_pattern_is_measured(result: Result) -> None:
    state = at_end(result)
    values = values_of("run", result) | values_of("state", state)
    assert {*values, "framework_decay"} == set(PATTERNS)
    for name, value in values.items():
        assert np.isfinite(value), name


def test_predictions_cover_regions_and_authorities(result: Result) -> None:
    rows = predict(at_end(result))
    codes = {row["ons_code"] for row in authority_rows()}
    hosted = rows[rows["measure"] == "children_hosted_from_elsewhere"]
    assert codes <= set(hosted["area"]) and len(hosted) == 153 + 9 + 1
    by_authority = hosted[hosted["area"].isin(codes)]["value"].sum()
    assert by_authority == hosted.set_index("area").loc["England", "value"]
    assert rows[rows["measure"] == "out_of_area_share"]["value"].between(0, 1).all()
    assert not rows.duplicated(["measure", "area"]).any() and rows["unit"].notna().all()


def test_the_null_has_englands_children_and_homes(result: Result) -> None:
    layout = lay_out(result.scenario, 1, highest_rate=0.1)
    home, miles = take_nearest(layout, OfferRates(0.095, 0.0009))
    told, state = null_targets(layout, home, miles), null_snapshot(layout, home, miles)
    world = result.scenario.world
    assert told["children_placed"] + told["unregistered_children"] == (
        world.children_at_start + world.unregistered_at_start
    )
    published = {row["measure"]: float(row["value"]) for row in target_rows()}
    assert [told[name] for name in FITTED_TO] == pytest.approx([published[name] for name in FITTED_TO], rel=0.2)
    assert len(state.homes) == told["homes"] and set(state.region_of) == {row["ons_code"] for row in authority_rows()}
