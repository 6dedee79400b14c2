"""Loading: bases, overrides, where values came from, and what is said about each kind of mistake."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from marketsim.reports.values import described
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, json_schema, load_scenario
from marketsim.scenario.shipped import shipped_scenarios

BASE = """\
question: which?
horizon: {weeks: 20}
need:
  share_boys: 0.5
purchasing:
  arrangements:
    own: {rule: in_house, radius_miles: 30}
    any: {rule: spot}
  order: [own, any]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of our own with a valid base, also the current one, so messages name files shortly."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def load(text: str, *overrides: str) -> LoadedScenario:
    Path("other.yaml").write_text("extends: base.yaml\n" + text)
    return load_scenario("other.yaml", overrides)


def refusal(text: str, *overrides: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(text, *overrides)
    message = str(caught.value)
    assert message.isprintable() and "pydantic" not in message and "Input should" not in message
    return message


def test_mappings_merge_and_lists_and_scalars_are_replaced() -> None:
    loaded = load("horizon: {start: 2024-04-01}\npurchasing:\n  order: [any]\n")
    assert loaded.values["horizon"] == {"start": "2024-04-01", "weeks": 20}
    assert loaded.scenario.purchasing.order == ["any"]
    assert loaded.values["purchasing"]["arrangements"]["own"]["radius_miles"] == 30


def test_words_about_a_scenario_are_not_inherited() -> None:
    loaded = load("")
    assert (loaded.values["name"], loaded.values["question"]) == ("other", "")
    assert load("name: mine").values["name"] == "mine"


def test_an_arrangement_given_another_rule_forgets_the_fields_of_the_old_one() -> None:
    own = load("purchasing: {arrangements: {own: {rule: spot}}}").values["purchasing"]["arrangements"]["own"]
    assert own["rule"] == "spot" and "radius_miles" not in own
    same = load("purchasing: {arrangements: {own: {rule: in_house, sell_vacant_places: false}}}")
    assert same.values["purchasing"]["arrangements"]["own"]["radius_miles"] == 30


def test_every_value_says_where_it_came_from() -> None:
    sources = load("horizon:\n  start: 2024-04-01\n", "need.share_boys=0.4").sources
    assert sources["horizon.start"] == "other.yaml:3:10"
    assert sources["horizon.weeks"] == "base.yaml:2:18"
    assert sources["need.share_boys"] == "--set"
    assert sources["need.share_under_10"] == "default (assumption)"
    assert sources["unregistered.weekly_cost"].startswith("default (measured: ")
    assert sources["purchasing.arrangements.own.radius_miles"] == "base.yaml:7:41"
    assert sources["name"] == "other.yaml"


def test_the_digest_depends_on_what_runs_not_on_words_or_spelling() -> None:
    digest = load("").digest
    assert load("name: x\nquestion: y\n").digest == digest
    assert load("need: {share_boys: 5.0e-1}").digest == digest
    assert load("need: {share_boys: 0.51}").digest != digest
    assert json.loads(json.dumps(load("").values)) == load("").values


def test_later_overrides_win_and_reach_below_what_files_say() -> None:
    loaded = load(
        "", "horizon.weeks=1", "horizon.weeks = 2", "purchasing.order=[any]", "world={kind: synthetic}"
    )
    assert loaded.scenario.horizon.weeks == 2
    assert loaded.values["purchasing"]["order"] == ["any"]
    assert loaded.values["world"]["kind"] == "synthetic"


def test_errors_can_be_sent_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ScenarioError("wrong", "a.yaml", 1, 2)))
    assert str(error) == "a.yaml:1:2 wrong"


COOPERATIVE = "{rule: cooperative, order: [any], members: {authorities: [%s]}}"
TWO_COOPERATIVES = (
    "purchasing:\n  arrangements:\n    a: "
    + COOPERATIVE % "Leeds"
    + "\n    b: "
    + COOPERATIVE % "York, Leeds"
    + "\n  order: [a, b, any]\n"
)

# The first line of each file is `extends: base.yaml`, so these texts start in line 2.
MISTAKES = [
    ("need: {share_boy: 0.5}", "other.yaml:2:8 need.share_boy: unknown key; allowed: share_standard, "),
    ("need: {share_boy: 0.5}", "; did you mean 'share_boys'?"),
    ("neeed: {}", "other.yaml:2:1 neeed: unknown key; allowed: name, "),
    (
        "need:\n  share_boys: 7",
        "other.yaml:3:15 need.share_boys: expected a number from 0 to 1 (share), got 7",
    ),
    ("need: {share_boys: abc}", ":2:20 need.share_boys: expected a number from 0 to 1 (share), got 'abc'"),
    ("need: {share_boys: true}", "expected a number from 0 to 1 (share), got true"),
    ("need: {share_boys: [1]}", ":2:8 need.share_boys: expected a number from 0 to 1 (share), got a list"),
    ("need:\n  share_boys:\n", ":3:3 need.share_boys: expected a number from 0 to 1 (share), got nothing"),
    ("need: 7", ":2:7 need: expected a mapping, lines such as `key: value`, got 7"),
    ("need:", ":2:1 need: expected a mapping, lines such as `key: value`, got nothing"),
    (
        "horizon: {weeks: 2.5}",
        ":2:18 horizon.weeks: expected a whole number from 1 to 5,200 (weeks), got 2.5",
    ),
    ("horizon: {start: 2024}", ":2:18 horizon.start: expected a date such as 2024-04-01, got 2024"),
    ("name: 5", ":2:7 name: expected text, got 5"),
    ("name: NO\nneed: 1", ":3:7 need: expected a mapping"),
    (
        "stays: {distribution: exponental}",
        "expected one of 'published', 'exponential', 'fixed', got 'exponental'; ",
    ),
    ("stays: {distribution: exponental}", "; did you mean 'exponential'?"),
    (
        "world: {kind: englnd}",
        ":2:15 world.kind: expected one of 'england', 'synthetic', got 'englnd'; did you mean",
    ),
    ("world: {homes: 5}", ":2:1 world.kind: missing; expected one of 'england', 'synthetic'"),
    ("world:\n  kind: synthetic\n  homes: 0", ":4:10 world.homes: expected a whole number from 1 to 100,000"),
    ("world: {kind: england, homes: 3}", ":2:24 world.homes: unknown key; allowed: kind, stock_of, children_at_start"),
    (
        "purchasing: {arrangements: {any: {rule: spt}}}",
        ":2:41 purchasing.arrangements.any.rule: unknown purchasing",
    ),
    ("purchasing: {arrangements: {any: {rule: spt}}}", "; did you mean 'spot'?"),
    (
        "purchasing: {arrangements: {x: {miles: 3}}}",
        ":2:29 purchasing.arrangements.x: rule is missing; allowed: ",
    ),
    ("purchasing: {arrangements: {x: spot}}", ":2:32 purchasing.arrangements.x: expected a mapping"),
    (
        "purchasing: {arrangements: {any: {radius: 3}}}",
        ":2:35 purchasing.arrangements.any.radius: unknown key",
    ),
    (
        "purchasing: {arrangements: {own: {radius_miles: -3}}}",
        ":2:49 purchasing.arrangements.own.radius_miles: ex",
    ),
    (
        "purchasing: {arrangements: {own: {radius_miles: -3}}}",
        "expected a number from 0 to 1,000 (miles), got -3",
    ),
    (
        "purchasing: {arrangements: {x: {rule: cooperative}}}",
        ":2:29 purchasing.arrangements.x.order: missing",
    ),
    (
        "purchasing: {order: [own, an]}",
        ":2:27 purchasing.order.1: unknown arrangement 'an'; allowed: any, own",
    ),
    ("purchasing: {order: [own, an]}", "; did you mean 'any'?"),
    (
        "purchasing: {groups: [{name: g, authorities: [Leds], order: [any]}]}",
        "unknown authority 'Leds'; did you mean 'Leeds'?; allowed: ",
    ),
    ("purchasing: {groups: [{name: g, authorities: [Leds], order: [any]}]}", "; did you mean 'Leeds'?"),
    (
        "purchasing: {groups: [{name: g, authorities: [5], order: [any]}]}",
        ":2:47 purchasing.groups.0.authorities.0",
    ),
    ("purchasing: {groups: [{name: g}]}", ":2:23 purchasing.groups.0.order: missing; expected a list"),
    (TWO_COOPERATIVES, "the authority 'Leeds' is in two cooperatives"),
    ("need:\n  share_under_10: 0.9\n  share_16_and_over: 0.9", "other.yaml:4:22 need.share_16_and_over: "),
    ("need: {emergency_share: 7}\nstays: 1\nhorizon: 1", "other.yaml:2:25 need.emergency_share"),
    ("extends: base.yaml", "other.yaml:2:1 the key 'extends' is given twice; first in line 1"),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_one_line_with_its_place(text: str, expected: str) -> None:
    assert expected in refusal(text)


def test_a_mistake_in_a_base_points_into_the_base() -> None:
    Path("base.yaml").write_text(BASE.replace("0.5", "5"))
    assert refusal("need:\n  share_severe: 0.1\n").startswith(
        "base.yaml:4:15 need.share_boys: expected a number"
    )


def test_the_file_itself_is_named_before_its_base() -> None:
    Path("base.yaml").write_text(BASE.replace("0.5", "5"))
    assert refusal("stays: 3").startswith("other.yaml:2:8 stays: expected a mapping")


OVERRIDES = [
    ("need.share_boys=5", "--set need.share_boys: expected a number from 0 to 1 (share), got 5"),
    ("need.shareboys=5", "--set need.shareboys: unknown key; allowed: "),
    ("nope=5", "--set nope: unknown key"),
    ("nope", "--set 'nope' is malformed; write dotted.key=value"),
    ("no =", "--set 'no =' is malformed"),
    ("=5", "--set '=5' is malformed"),
    ("a..b=5", "--set 'a..b=5' is malformed"),
    ("", "--set '' is malformed"),
    ("need.share_boys.x=5", "--set 'need.share_boys' is 0.5, which has no key 'x'"),
    ("purchasing.order.0=any", "--set 'purchasing.order' is a list, which has no key '0'"),
    ("need=[1", "--set need: not valid YAML"),
    ("need=&a 1", "--set need: anchors (&name) are not allowed"),
    ("need={a: 1, a: 2}", "--set need: the key 'a' is given twice"),
    ("need.share_boys=.nan", "--set need.share_boys: '.nan' is not a finite number"),
    ("need=1\n---\n2", "--set need: a second document"),
    ("name=a\x1b[31m", "--set name: the control character '\\x1b' is not allowed"),
    ("extends=base.yaml", "--set extends: can only be set in a file"),
    ("purchasing.arrangements.own.rule=cooperative", "--set purchasing.arrangements.own.order: missing"),
]


@pytest.mark.parametrize(("override", "expected"), OVERRIDES, ids=range(len(OVERRIDES)))
def test_a_mistake_in_an_override_is_one_line(override: str, expected: str) -> None:
    assert refusal("", override).startswith(expected)


def test_a_missing_base_is_named_at_its_line() -> None:
    Path("other.yaml").write_text("name: x\nextends: bse.yaml\n")
    with pytest.raises(
        ScenarioError, match=r"^other.yaml:2:10 extends: there is no file 'bse.yaml' .*'base.yaml'\?"
    ):
        load_scenario("other.yaml")


@pytest.mark.parametrize("extends", ["[base.yaml]", "5", "", "{a: b}"])
def test_extends_takes_one_file_name(extends: str) -> None:
    Path("other.yaml").write_text(f"extends: {extends}\n")
    with pytest.raises(ScenarioError, match=r"^other.yaml:1:\d+ extends: expected the name of one file"):
        load_scenario("other.yaml")


def test_a_circle_is_named() -> None:
    Path("a.yaml").write_text("extends: b.yaml\n")
    Path("b.yaml").write_text("name: b\nextends: a.yaml\n")
    with pytest.raises(
        ScenarioError, match=r"^b.yaml:2:10 extends: goes round in a circle: a.yaml -> b.yaml -> a"
    ):
        load_scenario("a.yaml")


def test_a_chain_has_an_end() -> None:
    for number in range(20):
        Path(f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n")
    with pytest.raises(ScenarioError, match=r"^15.yaml:1:10 extends: more than 16 files"):
        load_scenario("0.yaml")


def test_bases_are_looked_for_beside_the_file_first(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "base.yaml").write_text(BASE.replace("20", "21"))
    (folder / "sub" / "other.yaml").write_text("extends: base.yaml\n")
    assert load_scenario("sub/other.yaml").sources["horizon.weeks"] == "sub/base.yaml:2:18"


@pytest.mark.parametrize("name", ["bose.yaml", "", "x" * 5000, "a\0b", "\n", "no/such/folder/a.yaml"])
def test_a_name_that_means_nothing_is_one_line(name: str) -> None:
    with pytest.raises(ScenarioError, match="is neither a file nor the name of a shipped scenario") as caught:
        load_scenario(name)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 500


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'base.yaml'\?"):
        load_scenario("bose.yaml")


@pytest.mark.parametrize("path", shipped_scenarios(), ids=lambda path: path.stem)
def test_shipped_scenarios_load_by_name(path: Path) -> None:
    assert load_scenario(path.stem).path == path


def test_the_description_has_a_line_for_each_value_with_unit_and_source() -> None:
    lines = described(load("")).splitlines()
    weeks = next(line for line in lines if line.startswith("horizon.weeks"))
    assert weeks.split() == ["horizon.weeks", "20", "weeks", "base.yaml:2:18"]
    keys = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert len(set(keys)) == len(keys) == len(load("").sources)


def test_the_schema_for_editors_knows_extends_and_every_rule() -> None:
    schema = json_schema()
    arrangement = schema["$defs"]["Purchasing"]["properties"]["arrangements"]["additionalProperties"]
    assert {"spot", "in_house"} <= set(arrangement["discriminator"]["mapping"])
    assert schema["title"] == "marketsim scenario" and "extends" in schema["properties"]
    assert json.dumps(schema)


def test_a_misspelt_key_is_named_before_one_that_is_missing() -> None:
    assert refusal("extend: town.yaml").partition(";")[0].endswith("extend: unknown key")
    assert "did you mean 'extends'?" in refusal("extend: town.yaml")
