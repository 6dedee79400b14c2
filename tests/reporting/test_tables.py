"""Numbers as people read them, the comparison as printed, and the baseline against the published figures."""

import io
import math

import pytest
from rich.console import Console

from marketsim import compare, run
from marketsim.reporting.tables import number, print_comparison
from marketsim.reporting.targets import MEASURED, against_targets, has_targets


@pytest.mark.parametrize(
    ("value", "unit", "signed", "text"),
    [
        (0.6712, "share", False, "67.1%"),
        (0.0125, "share", True, "+1.2"),
        (-0.05, "share", True, "-5.0"),
        (6108.4, "GBP/week", False, "6,108"),
        (-147.2, "GBP/week", True, "-147"),
        (62_160_000.0, "GBP", False, "62.16m"),
        (0.0, "miles", True, "0"),
        (math.nan, "miles", False, "-"),
        (3.456, "weeks", True, "+3.46"),
        (8954.0, "children", False, "8,954"),
    ],
)
def test_number(value: float, unit: str, signed: bool, text: str) -> None:
    assert number(value, unit, signed) == text


def test_comparison_fits_a_terminal_and_names_all_it_must() -> None:
    comparison = compare("town", "town", replicates=2, weeks=4, workers=1)
    printed = io.StringIO()
    print_comparison(comparison, Console(file=printed, width=80))
    text = printed.getvalue()
    for words in ("England: town-2 against town", "difference", "95% interval", "By region", "2 paired replicates"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80


def test_england_is_set_against_the_published_figures() -> None:
    result = run("england_2024", seed=1, weeks=52)
    assert has_targets(result) and not has_targets(run("town", weeks=2))
    table = against_targets(result).set_index("measure")
    assert set(table.index) == set(MEASURED)
    assert table["model"].notna().all()
    near = ["out_of_area_share", "over_20_miles_share", "weekly_fee_mean", "occupancy_registered",
            "new_placements_per_year", "placement_duration_mean", "placement_duration_median",
            "unregistered_children", "share_spot", "share_framework", "share_block"]  # fmt: skip
    assert table.loc[near, "within"].all(), table.loc[near]
