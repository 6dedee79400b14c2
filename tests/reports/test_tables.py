"""Numbers as people read them, the comparison as printed, and the baseline against the published figures."""

import io
import math

import pytest
from rich.console import Console

from marketsim import compare, load_scenario
from marketsim.reports.tables import number, print_comparison


@pytest.mark.parametrize(
    ("value", "unit", "signed", "text"),
    [
        (0.6712, "share", False, "67.1%"),
        (0.0125, "share", True, "+1.2"),
        (-0.05, "share", True, "-5.0"),
        (6108.4, "GBP/week", False, "6,108"),
        (-147.2, "GBP/week", True, "-147"),
        (62_160_000.0, "GBP", False, "62,160k"),
        (891_544.0, "GBP", False, "891,544"),
        (-8_112.0, "GBP", True, "-8,112"),
        (-0.0004, "share", False, "-0.04%"),
        (-0.0, "share", False, "0.0%"),
        (-1e-9, "miles", True, "0"),
        (0.00021, "share", True, "+0.02"),
        (0.3, "GBP/week", True, "+0.3"),
        (0.0, "miles", True, "0"),
        (math.nan, "miles", False, "-"),
        (3.456, "weeks", True, "+3.46"),
        (8954.0, "children", False, "8,954"),
    ],
)
def test_number(value: float, unit: str, signed: bool, text: str) -> None:
    assert number(value, unit, signed) == text


@pytest.mark.parametrize("uncertainty", ["none", "plausible"])
def test_comparison_fits_a_terminal_and_names_all_it_must(uncertainty: str) -> None:
    town, dearer = (
        load_scenario("town", [f"uncertainty={uncertainty}", f"providers.cost_private={cost}"]) for cost in (4700, 5200)
    )
    vectors = 4 if uncertainty == "plausible" else None
    comparison = compare(town, dearer, replicates=5, weeks=4, workers=1, vectors=vectors)
    printed = io.StringIO()
    print_comparison(comparison, Console(file=printed, width=80))
    text = printed.getvalue()
    for words in ("world: town-2 against town", "difference", "95% interval", "By region", "5 paired replicates"):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80
    assert " ".join(comparison.footing.split()) in " ".join(text.split())
    drawn = uncertainty == "plausible"
    assert ("from 4 vectors of the plausible set" in " ".join(text.split())) == drawn
    assert ("not what is unknown" in " ".join(text.split())) != drawn
    assert ("what makes town-2 less town uncertain" in text) == drawn
