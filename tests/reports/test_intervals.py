"""What a comparison says beside its numbers: intervals only where there are runs enough, and reasons."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from marketsim import Result, compare, load_scenario
from marketsim.experiments.differences import paired
from marketsim.reports import headline, reasons
from marketsim.reports.tables import by_chance, interval, print_comparison


def printed(comparison: Result, width: int = 80) -> str:
    text = io.StringIO()
    print_comparison(comparison, Console(file=text, width=width))
    assert max(map(len, text.getvalue().splitlines())) <= width
    return " ".join(text.getvalue().split())


def compared(
    replicates: int, uncertainty: str = "none", out: Path | None = None, vectors: int | None = None, **values: str
) -> Result:
    town = load_scenario("town", [f"uncertainty={uncertainty}"])
    changes = ["name=other", f"uncertainty={uncertainty}", *(f"{key}={value}" for key, value in values.items())]
    other = load_scenario("town", changes)
    return compare(town, other, replicates=replicates, weeks=6, workers=1, out=out, vectors=vectors)


@pytest.mark.parametrize("replicates", [1, 3])
def test_few_replicates_have_no_interval(replicates: int) -> None:
    comparison = compared(replicates, **{"providers.cost_private": "5600"})
    assert comparison.table["ci_low"].isna().all() and comparison.table["difference"].notna().any()
    text = printed(comparison)
    assert "95% interval" not in text and "±" not in text
    assert f"No intervals: they take at least 4 replicates, here {replicates}." in text


def test_intervals_of_four_to_seven_are_called_rough() -> None:
    text = printed(compared(4, **{"providers.cost_private": "5600"}))
    assert "95% interval" in text and "From only 4 replicates they are rough" in text


def test_vectors_count_and_not_their_runs() -> None:
    """Eight replicates of four vectors of the plausible set."""
    text = printed(compared(8, "plausible", vectors=4, **{"commissioning.shortlist": "9"}))
    assert "From only 4 vectors of the plausible set they are rough" in text
    vectors = pd.Series([1, 1, 2, 2, 3, 3]).to_numpy()
    assert pd.isna(paired(vectors * 1.0, vectors * 2.5, vectors)[3])


def test_a_made_up_world_is_not_called_england() -> None:
    text = printed(compared(4))
    assert "Made-up world: other against town" in text and "England" not in text
    assert "[0, 0]" not in text and "no difference" in text


def test_what_chance_makes_of_many_intervals() -> None:
    wide = pd.DataFrame({"ci_low": [-1.0] * 90 + [1.0] * 10, "ci_high": [2.0] * 100})
    assert by_chance(wide) == "Of 100 intervals 10 exclude zero; if nothing differed, about 5 would by chance."
    assert by_chance(wide.head(9)) == "" == by_chance(wide.assign(ci_low=float("nan")))


def test_an_interval_of_nothing_is_said_in_words() -> None:
    assert interval(0.0, 0.0, "share") == "no difference"
    assert interval(-0.0003, 0.0002, "share") == "[-0.03, +0.02]"


def test_a_startling_difference_carries_its_reason(tmp_path: Path) -> None:
    (tmp_path / "joint.yaml").write_text(
        "extends: town.yaml\nworld: {authorities: 9}\ncommissioning: {value_in_area: 0, value_per_mile: 0}\n"
        "purchasing:\n  order: [joint, in_house, spot]\n  arrangements:\n"
        "    joint: {rule: cooperative, members: {share: 0.7}, order: [in_house, spot]}\n"
    )
    found = compare(load_scenario("town", ["world.authorities=9"]), tmp_path / "joint.yaml", replicates=1, weeks=70,
                    workers=1, out=tmp_path / "out")  # fmt: skip
    rows = found.table[found.table["region"] == "England"].set_index("outcome")["difference"]
    assert rows["out_of_area_share"] > reasons.STARTLING
    table = found.table.rename(columns={"region": "area"})
    said = headline.reasons(found, found.money(), table, "joint", "England")[1]
    assert f"placed out of area {100 * rows['out_of_area_share']:+.1f} points, placed over 20 miles" in said
    placements = found.tables["placements"]
    joint = placements[placements["scenario"] == "joint"]
    members = set(joint.loc[joint["route"] == "cooperative", "home_authority"])
    at_end = joint[joint["end_week"].isna() & joint["home_authority"].isin(members)]
    outside = 100 * (~at_end["host_authority"].isin(members)).mean()
    assert 0 < len(members) < 9 and f"outside all of these are {outside:.1f}% of their children" in said


def test_without_a_cooperative_nobody_is_a_member() -> None:
    assert reasons.outside_all(compared(1), "other") == ""
