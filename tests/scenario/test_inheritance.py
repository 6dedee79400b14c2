"""What a file inherits from its base: mappings key by key, lists replaced, dated lists joined by date."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, load_scenario

BASE = """extends: town.yaml
changes:
  - {from: 2025-04-01, providers: {bidding: 0.1}, demand: {level: 1.1}}
  - {from: "2025-10-01", demand: {level: 1.2}}
shocks: [{from: 2025-05-01, provider_rank: 1}]
"""


def loaded(folder: Path, *files: str) -> LoadedScenario:
    """The last of some files that extend one another, the first of which is BASE."""
    (folder / "0.yaml").write_text(BASE, encoding="utf-8")
    for number, text in enumerate(files, start=1):
        (folder / f"{number}.yaml").write_text(f"extends: {number - 1}.yaml\n{text}", encoding="utf-8")
    return load_scenario(folder / f"{len(files)}.yaml")


def test_one_change_more_keeps_those_of_the_base(tmp_path: Path) -> None:
    """The backcast's nine changes, and one between two of them."""
    (tmp_path / "mine.yaml").write_text(
        "extends: backcast_2014.yaml\nchanges: [{from: 2016-10-01, providers: {bidding: 0.0}}]\n", encoding="utf-8"
    )
    before, mine = load_scenario("backcast_2014").scenario, load_scenario(tmp_path / "mine.yaml").scenario
    assert len(mine.changes) == len(before.changes) + 1 == 10
    assert [change for change in mine.changes if change in before.changes] == before.changes
    assert [str(change.date) for change in mine.changes][1:4] == ["2016-04-01", "2016-10-01", "2017-04-01"]


def test_entries_of_one_date_are_laid_over_one_another(tmp_path: Path) -> None:
    over = "changes: [{from: 2025-07-01, demand: {level: 1.15}}, {from: 2025-04-01, providers: {bidding: 0.3}}]\n"
    found = loaded(tmp_path, over)
    assert [entry["from"] for entry in found.values["changes"]] == ["2025-04-01", "2025-07-01", "2025-10-01"]
    assert found.values["changes"][0] == {
        "from": "2025-04-01", "providers": {"bidding": 0.3}, "demand": {"level": 1.1},
    }  # fmt: skip
    assert found.sources["changes.0.providers.bidding"].endswith("1.yaml:2:94")
    assert found.sources["changes.0.demand.level"].endswith("0.yaml:3:67")
    assert found.sources["changes.2.demand.level"].endswith("0.yaml:4:42")


def test_several_groups_can_fail_on_one_date_and_the_same_one_once(tmp_path: Path) -> None:
    over = "shocks: [{from: 2025-05-01, provider_rank: 2}, {from: 2025-05-01, provider_rank: 1}]\n"
    ranks = [shock.provider_rank for shock in loaded(tmp_path, over).scenario.shocks]
    assert ranks == [1, 2]


def test_an_empty_list_drops_what_the_base_has(tmp_path: Path) -> None:
    found = loaded(tmp_path, "changes: []\n").scenario
    assert found.changes == [] and len(found.shocks) == 1
    found = loaded(tmp_path, "changes: []\n", "changes: [{from: 2025-06-01, demand: {level: 1.3}}]\n").scenario
    assert [str(change.date) for change in found.changes] == ["2025-06-01"]


def test_other_lists_are_replaced_and_mappings_are_not(tmp_path: Path) -> None:
    found = loaded(tmp_path, "purchasing: {order: [spot]}\nproviders: {foresight: 0.5}\n").scenario
    assert found.purchasing.order == ["spot"] and len(found.purchasing.arrangements) > 1
    assert found.providers.foresight == 0.5 and found.changes


@pytest.mark.parametrize(
    ("over", "where"),
    [
        ("changes: [{from: 2025-07-01, demand: {levle: 1}}]\n", "1.yaml:2:46"),
        ("changes: [{demand: {level: 1.0}}]\n", "1.yaml:2:11"),
        ("changes: [{from: soon, demand: {level: 1.0}}]\n", "1.yaml:2:18"),
        ("changes: [{from: 2025-07-01}, {from: 2025-07-01, demand: {levle: 1.0}}]\n", "1.yaml:2:66"),
        ("changes: {from: 2025-07-01}\n", "1.yaml:2:1"),
        ("shocks: [{from: 2025-07-01, provider_rank: none}]\n", "1.yaml:2:44"),
    ],
)
def test_a_fault_is_told_at_its_place(over: str, where: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as error:
        loaded(tmp_path, over)
    assert where in str(error.value)


def test_a_date_in_quotes_is_a_date(tmp_path: Path) -> None:
    plain, quoted = (load_scenario("town", [f"horizon.start={text}"]) for text in ("2023-10-01", "'2023-10-01'"))
    assert plain.scenario == quoted.scenario and plain.digest == quoted.digest
    for wrong in ("'2023-13-01'", "'1 October 2023'", "'20231001'", "9999-12-31", "1949-12-31"):
        with pytest.raises(ScenarioError, match=r"horizon\.start: expected a date"):
            load_scenario("town", [f"horizon.start={wrong}"])


def test_a_key_a_thousand_deep_is_refused() -> None:
    with pytest.raises(ScenarioError, match="1000 keys; at most 32 are allowed"):
        load_scenario("town", [".".join(["a"] * 1000) + "=1"])


def test_a_rule_that_comes_again_begins_anew(tmp_path: Path) -> None:
    """Its old entries went with the rule between, though the lowest base and the file name the same rule."""
    files = [f"purchasing: {{arrangements: {{spot: {{{terms}}}}}}}\n" for terms in (
        "rule: spot, radius_miles_at_first: 7.0", "rule: framework", "rule: spot"
    )]  # fmt: skip
    spot = loaded(tmp_path, *files).values["purchasing"]["arrangements"]["spot"]
    assert spot["rule"] == "spot" and spot["radius_miles_at_first"] != 7.0


@pytest.mark.parametrize("text", ["'2024-W10-1'", "'20231001'", "'2023-02-30'", "'soon'"])
def test_quoted_words_that_are_no_day_are_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"horizon\.start: expected a date"):
        load_scenario("town", [f"horizon.start={text}"])
