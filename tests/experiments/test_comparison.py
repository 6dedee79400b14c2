"""A comparison read for whom it concerns: groups, members, neighbours, and why spend differs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketsim import ScenarioError, compare, load_scenario
from marketsim.experiments import money, who
from marketsim.experiments.comparison import NEIGHBOURS, WHOLE, Comparison
from marketsim.reports import contracts, headline
from marketsim.results import groups
from marketsim.results.outcomes import ENGLAND
from marketsim.results.store import StoreError

JOINT = """extends: town.yaml
question: What if two of four buy together?
purchasing:
  arrangements:
    pair:
      rule: cooperative
      members: {authorities: [Authority 1, S0002]}
      order: [in_house, soft_block, framework, spot]
  order: [pair, in_house, block, [framework, spot]]
"""


@pytest.fixture(scope="module")
def joint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("joint") / "joint.yaml"
    path.write_text(JOINT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(joint: Path, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    out = tmp_path_factory.mktemp("compared") / "out"
    return compare("town", joint, replicates=5, weeks=60, workers=1, out=out)


# ---- fees taken apart


def at_one_distance(by_needs: np.ndarray) -> np.ndarray:
    """Sums by run and needs, all of them near."""
    return by_needs[:, :, None]


def test_fees_taken_apart_by_hand() -> None:
    """Ten children at 4 and five at 10; then twelve at 5 and eight at 9: 90 becomes 132."""
    before = np.array([[10.0, 5.0]]), np.array([[40.0, 50.0]])
    after = np.array([[12.0, 8.0]]), np.array([[60.0, 72.0]])
    fees = money.of_fees(*map(at_one_distance, (*before, *after)))
    assert fees.number[0] == pytest.approx(5 * 90 / 15)
    assert fees.mix[0] == pytest.approx(12 * 4 + 8 * 10 - 20 * 90 / 15)
    assert fees.price[0] == pytest.approx(12 * (5 - 4) + 8 * (9 - 10))
    assert fees.distance[0] == 0
    assert sum(part[0] for part in fees) == pytest.approx(132 - 90)


def test_the_same_children_at_another_distance_by_hand() -> None:
    """Six near at 5 and four far at 10; then nine near at 5 and one far at 12: 70 becomes 57, of which 15 less since
    three are nearer and 2 more since the one far away is dearer."""
    before = np.array([[[6.0, 4.0]]]), np.array([[[30.0, 40.0]]])
    after = np.array([[[9.0, 1.0]]]), np.array([[[45.0, 12.0]]])
    fees = money.of_fees(*before, *after)
    assert (fees.number[0], fees.mix[0]) == (0, 0)
    assert (fees.distance[0], fees.price[0]) == (pytest.approx(-15), pytest.approx(2))
    nobody_far = np.array([[[6.0, 0.0]]]), np.array([[[30.0, 0.0]]])
    fees = money.of_fees(*nobody_far, np.array([[[5.0, 1.0]]]), np.array([[[25.0, 9.0]]]))
    assert (fees.distance[0], fees.price[0]) == (pytest.approx(4), 0)


@pytest.mark.parametrize("gone", ["before", "after", "both"])
def test_needs_that_nobody_had_are_mix_and_numbers_from_nothing_are_told(gone: str) -> None:
    none, some = np.zeros((1, 2)), np.array([[3.0, 0.0]])
    numbers = {"before": (none, some), "after": (some, none), "both": (none, none)}[gone]
    fees = money.of_fees(*map(at_one_distance, (numbers[0], 7.0 * numbers[0], numbers[1], 7.0 * numbers[1])))
    assert sum(part[0] for part in fees) == pytest.approx(7 * (numbers[1].sum() - numbers[0].sum()))
    assert fees.price[0] == 0
    two, three = np.array([[2.0, 0.0]]), np.array([[2.0, 1.0]])
    fees = money.of_fees(*map(at_one_distance, (two, np.array([[20.0, 0.0]]), three, np.array([[20.0, 50.0]]))))
    assert (fees.price[0], fees.number[0], fees.mix[0]) == (0, 10, 40)


def test_causes_add_up_to_the_penny_in_every_replicate(found: Comparison) -> None:
    """For everybody and for each authority, in the last weeks and in the first year."""
    sums, (base, other) = found.tables["sums"], found.labels
    for codes in (list(sums["ons_code"].unique()), *([code] for code in sums["ons_code"].unique())):
        for year in (0, 1):
            wide = groups.sums_of(sums, codes, year)
            one, two = (wide.xs(label).sort_index() for label in (base, other))
            parts = money.by_cause(one, two)  # type: ignore[arg-type]
            assert list(parts) == list(money.CAUSES)
            assert sum(parts.values()) == pytest.approx((two["spend"] - one["spend"]).to_numpy(), abs=0.005)


def test_the_table_of_causes_adds_up_too(found: Comparison) -> None:
    table = found.money("pair")
    assert list(dict.fromkeys(table["area"])) == ["pair", "Authority 1", "Authority 2", NEIGHBOURS]
    for _, rows in table.groupby(["scenario", "area"]):
        by_cause = rows.set_index("cause")["difference"]
        assert by_cause.drop(WHOLE).sum() == pytest.approx(by_cause[WHOLE], abs=0.05)
    own = table[table["area"].isin(["Authority 1", "Authority 2"]) & (table["cause"] == WHOLE)]["difference"].sum()
    assert own == pytest.approx(table[(table["area"] == "pair") & (table["cause"] == WHOLE)]["difference"].iloc[0])
    running = table[(table["area"] == "pair") & (table["cause"] == "running cost")]["difference"].iloc[0]
    assert 900_000 < running < 1_300_000


def test_nothing_changed_costs_nothing_by_any_cause(tmp_path: Path) -> None:
    same = compare("town", "town", replicates=4, weeks=20, workers=1)
    assert (same.money()["difference"] == 0).all() and (same.members("Region 1")["difference"].fillna(0) == 0).all()
    told = headline.headline(same, same.money(), "town-2", ENGLAND)
    assert told == "In all areas together, town-2 costs what town costs, to the penny, in each of 4 replicates."


# ---- for whom


def test_members_neighbours_and_england(found: Comparison) -> None:
    rows = found.members("pair")
    assert list(dict.fromkeys(rows["area"])) == ["pair", "Authority 1", "Authority 2", NEIGHBOURS, ENGLAND]
    england = rows[rows["area"] == ENGLAND].set_index("outcome")["difference"]
    table = found.table[found.table["region"] == ENGLAND].set_index("outcome")["difference"]
    pd.testing.assert_series_equal(england, table, check_names=False)
    spend = rows[rows["outcome"] == "spend_gbp"].set_index("area")["difference"]
    assert spend["Authority 1"] + spend["Authority 2"] == pytest.approx(spend["pair"])


def test_regions_and_authorities(found: Comparison) -> None:
    assert set(found.regions["region"]) == {"Region 1"}
    assert set(found.authorities["ons_code"]) == {"S0001", "S0002", "S0003", "S0004"}
    read = Comparison.read(found.folder or "")
    pd.testing.assert_frame_equal(read.authorities, found.authorities)


def test_who_is_meant() -> None:
    england = [load_scenario("greater_manchester").scenario]
    manchester = who.group_of("greater_manchester", england)
    assert len(manchester.members) == 10 and "Wigan" in manchester.members.values()
    assert {"Warrington", "Rochdale"} & set(manchester.neighbours.values()) == {"Warrington"}
    assert len(who.group_of("north west", england).members) == 24
    assert len(who.group_of("North East", [load_scenario("spot").scenario]).members) == 12
    two = who.group_of("Leeds, E08000036", england)
    assert list(two.members.values()) == ["Leeds", "Wakefield"]


def test_members_are_those_who_are_so_at_some_time() -> None:
    phased = load_scenario("cooperative_phased").scenario
    assert len(who.group_of("cooperative", [phased]).members) == 153
    names = {"authorities": ["Leeds", "Wakefield"]}
    later = {"from": "2025-04-01", "purchasing": {"arrangements": {"greater_manchester": {"members": names}}}}
    joined = load_scenario("greater_manchester").scenario.model_copy()
    joined = type(joined).model_validate(joined.model_dump(by_alias=True) | {"changes": [later]})
    assert set(who.group_of("greater_manchester", [joined]).members.values()) >= {"Leeds", "Wakefield", "Wigan"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("North East", "nobody of North East is a member of greater_manchester"),
        ("North Eas", "did you mean 'North East'"), ("Narnia", "unknown authority 'Narnia'"), ("", "nobody"),
        ("Leeds, Narnia", "unknown authority 'Narnia'"), ("cooperative", "greater_manchester"),
    ],
)  # fmt: skip
def test_nobody_of_that_name_is_one_line(words: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        who.group_of(words, [load_scenario("greater_manchester").scenario])
    assert said in str(error.value) and "\n" not in str(error.value)


def test_results_without_sums_say_so(found: Comparison, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "old"
    shutil.copytree(found.folder or "", folder)
    for path in folder.glob("runs/*/*/sums.parquet"):
        path.unlink()
    with pytest.raises(StoreError, match="no table sums"):
        Comparison.read(folder).money()


def test_spend_by_year_is_that_of_the_sums(found: Comparison) -> None:
    years, sums = found.money_by_year("pair"), found.tables["sums"]
    assert years["year"].tolist() == [1]
    own = sums[(sums["year"] == 1) & sums["ons_code"].isin(["S0001", "S0002"])].groupby("scenario")["sum_spend"].sum()
    row = years.iloc[0]
    scale = 52.18 / 52 / 5
    assert (row["baseline_spend"], row["scenario_spend"]) == pytest.approx((own["town"] * scale, own["joint"] * scale))
    assert row["difference"] == pytest.approx(row["scenario_spend"] - row["baseline_spend"])
    assert row["of_baseline"] == pytest.approx(row["difference"] / row["baseline_spend"])


# ---- contracts


def test_contracts_are_told_with_what_they_hold(found: Comparison) -> None:
    told = found.contracts().pivot(index=["scenario", "arrangement"], columns="measure", values="mean")
    assert set(told.index) == {("town", "block"), ("joint", "block"), ("joint", "pair: soft_block")}
    soft, last = told.loc[("joint", "pair: soft_block")], found.tables["contracts"].query("year == 0")
    own = last[(last["cooperative"] == "pair")]
    assert soft["places held"] == pytest.approx(own["sum_places_held"].sum() / 52 / 5)
    assert 0 < soft["filled"] <= 1 and 0 <= soft["children refused"] <= 1
    spared = own["sum_spot_fees_gbp"] - own["sum_fees_gbp"] - own["sum_retainers_gbp"]
    assert soft["saved against spot fees"] == pytest.approx(spared.sum() * 52.18 / 52 / 5)
    assert (told["held in its first week"] > 0).all() and (told["paid for empty places"] >= 0).all()
    users = found.contract_users()
    assert set(users.loc[users["arrangement"] == "pair: soft_block", "ons_code"]) <= {"S0001", "S0002"}
    in_words = contracts.sentences(found, "joint", None)
    assert len(in_words) == 2 and all("places" in line and "than these homes asked" in line for line in in_words)


def test_a_group_has_its_share_of_contracts(found: Comparison) -> None:
    """What two members pay and spare adds up to what the pair does; the places are those of the whole contract."""
    wanted = ["paid for empty places", "saved against spot fees"]
    places = {tuple(found.contracts(name).query("arrangement == 'pair: soft_block'")["mean"].head(4))
              for name in ("Authority 1", "Authority 2", "pair")}  # fmt: skip
    assert len(places) == 1
    shared = {}
    for name in ("Authority 1", "Authority 2", "pair"):
        own = found.contracts(name).query("arrangement == 'pair: soft_block'")
        shared[name] = own.set_index("measure")["mean"][wanted]
    parts = shared["Authority 1"] + shared["Authority 2"]
    assert parts.tolist() == pytest.approx(shared["pair"].tolist())
    assert not found.contracts("Authority 3")["arrangement"].str.contains("pair").any()


# ---- in words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0 GBP"), (9_999, "9,999 GBP"), (10_000, "10k GBP"), (999_499, "999k GBP"), (999_500, "1.0m GBP"),
        (12.34e6, "12.3m GBP"),
    ],
)  # fmt: skip
def test_pounds_as_people_say_them(value: float, said: str) -> None:
    assert headline.pounds(value) == said


def test_the_headline_says_sign_interval_and_what_it_rests_on(found: Comparison) -> None:
    table = found.money("pair")
    whole = (table["area"] == "pair") & (table["cause"] == WHOLE)

    def told(mean: float, low: float, high: float) -> str:
        table.loc[whole, ["difference", "ci_low", "ci_high"]] = mean, low, high
        return headline.headline(found, table, "joint", "pair")

    assert told(-3e6, -5e6, -1e6) == (
        "In pair, joint costs 3.0m GBP a year less than town, and between 1.0m GBP and 5.0m GBP less (95% interval, "
        "from 5 replicates)."
    )
    assert "may cost less or more than town: on average 3.0m GBP a year less, and" in told(-3e6, -7e6, 1e6)
    assert "too few to say how surely" in told(2e6, np.nan, np.nan)
    lines = headline.reasons(found, found.money("pair"), found.members("pair"), "joint", "pair")
    assert [line.split(":")[0].split(" members")[0] for line in lines] == ["Of 2", "Money", "Children"]
    assert "running cost +1.1m GBP" in lines[1]
    assert headline.spillover(found.money("pair"), "joint").startswith("Neighbours outside")


def test_a_startling_difference_out_of_area_carries_its_companion(found: Comparison) -> None:
    """How many children live outside all members' areas, under both; not where the difference is small."""
    rows, cause = found.members("pair"), found.money("pair")
    across = (rows["area"] == "pair") & (rows["outcome"] == "out_of_area_share")
    rows.loc[across, "difference"] = 0.2
    said = headline.reasons(found, cause, rows, "joint", "pair")[2]
    assert "outside all of these are" in said and "% in town" in said
    rows.loc[across, "difference"] = 0.01
    assert "outside all" not in headline.reasons(found, cause, rows, "joint", "pair")[2]
