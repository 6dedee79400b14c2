"""The plausible set: how it is read, drawn from, and laid over scenarios."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketsim import ScenarioError, compare, load_scenario, run
from marketsim.scenario import drawn_values
from marketsim.scenario.drawn_values import plausible_set, read_vectors, vector_of, vectors_of, with_vector
from marketsim.scenario.overlay import value_at
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
TWO_KEYS = "vector,providers.bidding,commissioning.shortlist\n4,0.25,3\n7,0.5,6\n"


def town(*changes: str) -> object:
    """Town with values drawn from the plausible set."""
    return load_scenario("town", ["uncertainty=plausible", *changes])


def test_every_vector_of_the_package_fits_the_schema(small: Small) -> None:
    scenario = small(uncertainty="plausible")
    for number, values in plausible_set().items():
        changed = with_vector(scenario, number)
        free = [key for key in values if not key.startswith(("purchasing", "demand", "providers.acceptance_most"))]
        assert [value_at(changed, key) for key in free] == [values[key] for key in free]
    assert len(plausible_set()) >= 4


def test_reading() -> None:
    assert read_vectors(TWO_KEYS) == {
        4: {"providers.bidding": 0.25, "commissioning.shortlist": 3},
        7: {"providers.bidding": 0.5, "commissioning.shortlist": 6},
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "plausible.csv:1:1 expected a first column 'vector'"),
        ("vector,a,a\n1,2,3\n", "each once"),
        ("vector,a\n", "no vectors"),
        ("vector,a\n1\n", "plausible.csv:2:1 expected 2 cells, got 1"),
        ("vector,a\n1,2\n2,many\n", "plausible.csv:3:2 expected a number, got 'many'"),
        ("vector,a\n1,2\n1,3\n", "plausible.csv:3:1 expected a whole number that no other vector has, got '1'"),
        ("vector,a\nnan,2\n", "plausible.csv:2:1 expected a number, got 'nan'"),
        ("vector,a\n1.5,2\n", "plausible.csv:2:1 expected a whole number"),
    ],
)
def test_a_wrong_file_is_one_line(text: str, words: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        read_vectors(text)
    assert words in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"providers.biding": 0.5}, "vector 1: there is no value 'providers.biding'; did you mean 'bidding'?"),
        ({"providers.bidding": 1.5}, "providers.bidding"),
        ({"providers.bidding": float("nan")}, "providers.bidding"),
    ],
)
def test_a_vector_that_does_not_fit_is_one_line(
    values: dict[str, float], words: str, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_values, "plausible_set", lambda: {1: values})
    with pytest.raises(ScenarioError) as raised:
        run(small(uncertainty="plausible"), weeks=1)
    assert str(raised.value).startswith("plausible.csv vector 1") and words in str(raised.value)


def test_runs_draw_by_seed_and_say_which(small: Small) -> None:
    scenario = small(uncertainty="plausible")
    drawn = [vector_of(scenario, seed) for seed in range(20 * len(plausible_set()))]
    assert set(drawn) == set(plausible_set())
    result = run(scenario, seed=5, weeks=2)
    assert result.manifest["vector"] == drawn[5] is not None
    assert result.scenario.providers.bidding == plausible_set()[drawn[5]]["providers.bidding"]
    assert result.outcomes.equals(run(scenario, seed=5, weeks=2, vector=drawn[5]).outcomes)
    other = next(number for number in plausible_set() if number != drawn[5])
    assert run(scenario, seed=5, weeks=2, vector=other).manifest["vector"] == other
    with pytest.raises(ValueError, match="no vector 999"):
        run(scenario, weeks=1, vector=999)


def test_without_uncertainty_nothing_is_drawn(small: Small) -> None:
    result = run(small(), seed=5, weeks=2, vector=1)
    assert result.manifest["vector"] is None and result.scenario.providers.bidding == small().providers.bidding


def test_what_the_user_gives_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_values, "plausible_set", lambda: read_vectors(TWO_KEYS))
    given = town("providers.bidding=0.9")
    result = run(given, weeks=1, vector=4)  # type: ignore[arg-type]
    assert (result.scenario.providers.bidding, result.scenario.commissioning.shortlist) == (0.9, 3)


@pytest.mark.parametrize(
    ("replicates", "different", "vectors"),
    [(1, None, 1), (4, None, 4), (8, None, 8), (12, None, 8), (40, None, 8), (12, 4, 4), (9, 2, 2), (3, 5, 3)],
)
def test_every_replicate_has_another_vector_while_there_are_any(
    replicates: int, different: int | None, vectors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn_values, "plausible_set", lambda: {n: {} for n in range(1, 9)})
    used = vectors_of(replicates, 3, different)
    sizes = np.unique(used, return_counts=True)[1]
    assert len(used) == replicates and len(sizes) == vectors and np.ptp(sizes) <= 1
    assert used == vectors_of(100, 3, different)[:replicates], "the first are the same however many follow"


def test_the_order_of_vectors_depends_on_the_seed_of_the_comparison() -> None:
    orders = [tuple(vectors_of(8, seed)) for seed in range(10)]
    assert len(set(orders)) > 5 and orders[0] == tuple(vectors_of(8, 0))
    assert vectors_of(4, 0) == vectors_of(8, 0)[:4]


def test_a_comparison_pairs_vectors_and_seeds_and_says_both_shares(tmp_path: Path) -> None:
    dearer = town("providers.cost_private=5200", "name=dearer")
    found = compare(town(), [dearer, town()], replicates=6, vectors=4, weeks=6, workers=1, out=tmp_path / "out")  # type: ignore[arg-type, list-item]
    used = found.outcomes.groupby("replicate")["vector"].unique()
    assert used.map(len).eq(1).all() and used.map(lambda one: one[0]).nunique() == 4
    table = found.table.set_index(["scenario", "outcome", "region"])
    row = table.loc[("dearer", "weekly_fee_mean_gbp", "England")]
    assert row["ci_low"] < row["difference"] < row["ci_high"]
    assert row["luck_share"] + row["parameter_share"] == pytest.approx(1)
    assert row["difference"] == pytest.approx(row["scenario_mean"] - row["baseline_mean"])
    same = found.table[found.table["scenario"] == "town-2"].dropna(subset="difference")
    assert len(same) and not same[["difference", "ci_low", "ci_high"]].any(axis=None)
    read = pd.read_json(tmp_path / "out" / "manifest.json", typ="series")
    runs = pd.DataFrame(read["runs"]).pivot(index="replicate", columns="scenario", values=["seed", "vector"])
    assert (runs["vector", "town"] == runs["vector", "dearer"]).all() and runs["vector", "town"].nunique() == 4
    assert (runs["seed", "town"] == runs["seed", "dearer"]).all() and runs["seed", "town"].is_unique


def test_few_replicates_are_honest() -> None:
    dearer = town("providers.cost_private=5200", "name=dearer")
    for replicates in (1, 3, 4):
        table = compare(town(), dearer, replicates=replicates, weeks=3, workers=1).table  # type: ignore[arg-type]
        row = table.set_index(["outcome", "region"]).loc[("weekly_fee_mean_gbp", "England")]
        assert np.isnan(row["ci_low"]) == (replicates < 4)
        assert np.isnan(row["luck_share"]) and np.isnan(row["parameter_share"])


def test_a_scenario_without_uncertainty_can_be_compared_with_one_that_has_it() -> None:
    found = compare("town", town("name=unsure"), replicates=2, weeks=3, workers=1)  # type: ignore[arg-type]
    assert found.outcomes["vector"].nunique() == 2 and found.table["difference"].notna().any()
