"""Predictions counted by hand, and how a user's figures are set against them."""

from pathlib import Path

import pandas as pd
import pytest
from hand_made import hand_made

from marketsim.scenario.errors import ScenarioError
from marketsim.trust.validation.against import known_areas, read_figures, set_against, summary
from marketsim.trust.validation.patterns import at_end
from marketsim.trust.validation.predictions import MEASURES, predict, predict_homes, together
from marketsim.trust.validation.scorecard import interval


def predicted() -> dict[tuple[str, str], float]:
    rows = predict(at_end(hand_made()))
    return dict(zip(zip(rows["measure"], rows["area"], strict=True), rows["value"], strict=True))


def test_worked_example() -> None:
    """Three children in homes: A in A (2 miles), A in B (12 miles), B in C (60 miles); C stands in the South."""
    value = predicted()
    assert value["out_of_area_share", "England"] == pytest.approx(2 / 3)
    assert value["out_of_area_share", "North"] == pytest.approx(2 / 3)
    assert (value["out_of_area_share", "A"], value["out_of_area_share", "B"]) == (0.5, 1.0)
    assert ("out_of_area_share", "C") not in value, "C has no children in homes"
    assert value["out_of_region_share", "North"] == pytest.approx(1 / 3)
    hosted = {
        area: value["children_hosted_from_elsewhere", area] for area in ("A", "B", "C", "North", "South", "England")
    }
    assert hosted == {"A": 0, "B": 1, "C": 1, "North": 1, "South": 1, "England": 2}


def test_distance_bands_add_up() -> None:
    value = predicted()
    bands = {name: value[name, "England"] for name in MEASURES if name.startswith("distance_")}
    assert sum(bands.values()) == pytest.approx(1)
    there = {name: share for name, share in bands.items() if share > 0}
    assert there == pytest.approx(
        {
            "distance_0_5_miles_inside": 1 / 3,
            "distance_10_20_miles_outside": 1 / 3,
            "distance_50_100_miles_outside": 1 / 3,
        }
    )


def test_homes_by_region() -> None:
    rows = predict_homes(at_end(hand_made())).set_index("area")["value"]
    assert rows.to_dict() == {"North": 2, "South": 1, "England": 3}


def test_together() -> None:
    run = predict(at_end(hand_made()))
    more = run.assign(value=run["value"] + 2)
    table = together([run, more, run, more], [run], lambda values: interval(values, of_next=True))
    row = table.set_index(["measure", "area"]).loc[("children_hosted_from_elsewhere", "England")]
    assert (row["value"], row["null_value"], row["unit"]) == (3, 2, "children")
    half = 3.182446305284263 * (4 / 3) ** 0.5 * 1.25**0.5
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((3 - half, 3 + half))


LONDON_AND_MORE = """measure,area,value
out_of_area_share,London,0.80
out_of_area_share,North West,0.60
out_of_area_share,South East,0.70
homes_next_year,England,3500
"""


def table() -> pd.DataFrame:
    rows = [("out_of_area_share", "London", 0.85, 0.7, 0.9), ("out_of_area_share", "North West", 0.65, 0.64, 0.66),
            ("out_of_area_share", "South East", 0.75, 0.7, 0.8)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["measure", "area", "value", "ci_low", "ci_high"])
    return frame.assign(unit="share", null_value=0.5)


def test_against_a_users_figures(tmp_path: Path) -> None:
    """Each is 5 points too high: perfectly correlated, two within; next year's homes were not predicted."""
    (tmp_path / "mine.csv").write_text("\ufeff" + LONDON_AND_MORE, encoding="utf-8")
    both = set_against(table(), read_figures(tmp_path / "mine.csv"))
    assert both["within"].tolist() == [True, False, True, False]
    told = summary(both).set_index("measure")
    shares = told.loc["out_of_area_share"]
    assert (shares["figures"], shares["predicted"], shares["within"]) == (3, 3, 2)
    assert (shares["correlation"], shares["mean_off_by"], shares["null_mean_off_by"]) == pytest.approx((1, 0.05, 0.2))
    assert told.loc["homes_next_year", ["figures", "predicted", "within"]].tolist() == [1, 0, 0]


def test_areas_are_england_its_regions_and_authorities() -> None:
    assert len(known_areas()) == 1 + 9 + 153


BAD = {
    "measure": ("measure,area,value\nout_of_area_shar,London,0.8\n", ["2", "did you mean 'out_of_area_share'?"]),
    "area": ("measure,area,value\n\nout_of_area_share,Londn,0.8\n", ["3", "did you mean 'London'"]),
    "not a number": ("measure,area,value\nout_of_area_share,London,many\n", ["2", "value", "'many'"]),
    "infinite": ("measure,area,value\nout_of_area_share,London,inf\n", ["2", "value"]),
    "twice": (LONDON_AND_MORE + "homes_next_year,England,1\n", ["6", "second time"]),
    "no column": ("measure,are,value\nx,y,1\n", ["1", "no column 'area'", "did you mean 'are'?"]),
    "no rows": ("measure,area,value\n", ["no rows"]),
    "empty": ("", ["1", "no column 'measure'"]),
    "cells": ("measure,area,value\nout_of_area_share,London\n", ["2", "expected 3 cells", "got 2"]),
    "quotes": ('measure,area,value\nout_of_area_share,"London,0.8\n', ["2", "not a CSV table"]),
}


@pytest.mark.parametrize("mistake", BAD)
def test_a_mistake_in_the_file_is_one_line(mistake: str, tmp_path: Path) -> None:
    text, words = BAD[mistake]
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_figures(tmp_path / "mine.csv")
    said = str(caught.value)
    position, *others = words
    assert said.startswith(f"mine.csv:{position} " if position.isdigit() else "mine.csv ")
    assert "\n" not in said and all(word in said for word in others)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(b"measure,area,value\n\xff\xfe\x00,a,1\n")
    with pytest.raises(ScenarioError, match="UTF-8"):
        read_figures(tmp_path / "mine.csv")
