"""Whatever stands in a file, it loads or leads to one line; never to another error."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.schema import Scenario

VALID = """\
name: fuzz
horizon: {start: 2024-04-01, weeks: 20}
world: {kind: synthetic, homes: 20}
need:
  share_boys: 0.5
purchasing:
  arrangements:
    own: {rule: in_house}
    any: {rule: spot, radius_miles_at_first: 50}
    club: {rule: cooperative, order: [own], members: {regions: ["Region 1"]}}
  order: [club, any]
  groups:
    - {name: g, authorities: ["Authority 1"], order: [any]}
"""
EXAMPLES = 70
SETTINGS = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def check(content: bytes | str, *overrides: str) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fuzz.yaml"
        file.write_bytes(data)
        try:
            load_scenario(file, overrides)
        except ScenarioError as error:
            assert str(error).isprintable() and len(str(error)) < 1_500


def test_the_text_that_is_mutated_is_valid() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fuzz.yaml"
        file.write_text(VALID)
        assert load_scenario(file).scenario.horizon.weeks == 20


@SETTINGS
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check(text)


@SETTINGS
@given(st.text(alphabet="ab:-[]{}'\"&*!%#|>?,. \n\t0\\<~@`", max_size=80))
def test_any_punctuation(text: str) -> None:
    check(text)


@SETTINGS
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    check(content)


@SETTINGS
@given(st.integers(0, len(VALID)), st.integers(0, 30), st.text(max_size=8))
@example(0, 0, "\ufeff")
def test_a_valid_text_with_a_piece_replaced(start: int, length: int, piece: str) -> None:
    check(VALID[:start] + piece + VALID[start + length :])


WORDS = [
    "",
    "NO",
    ".nan",
    "1e999",
    "9" * 5000,
    "2024-02-30",
    "[]",
    "{}",
    "-1",
    "true",
    "null",
    "[[1]]",
    "{a: 1}",
    "x",
]


@SETTINGS
@given(st.data())
def test_a_valid_text_with_a_value_replaced(data: st.DataObject) -> None:
    lines = VALID.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key = lines[number].partition(":")[0]
    lines[number] = f"{key}: {data.draw(st.sampled_from(WORDS))}"
    check("\n".join(lines))


KEYS = st.sampled_from(
    [*Scenario.model_fields, "rule", "order", "kind", "members", "arrangements", "extends", "x"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=10) | KEYS
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@SETTINGS
@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_any_structure(tree: dict[str, object]) -> None:
    stream = io.StringIO()
    try:
        YAML(typ="safe", pure=True).dump(tree, stream)
    except Exception:  # what ruamel can't write is no file
        return
    check(stream.getvalue())


SECTIONS = sorted(
    f"{name}.{inner}"
    for name, field in Scenario.model_fields.items()
    for inner in getattr(field.annotation, "model_fields", {})
)


@SETTINGS
@given(st.sampled_from(SECTIONS), TREES)
def test_any_value_of_any_field(key: str, value: object) -> None:
    stream = io.StringIO()
    try:
        YAML(typ="safe", pure=True).dump({"v": value}, stream)
    except Exception:  # as above
        return
    section, field = key.split(".")
    tail = stream.getvalue().removeprefix("v:").replace("\n", "\n    ")
    check(f"{section}:\n  {field}:{tail}\n")
    check(VALID, f"{key}={stream.getvalue()[2:]}")


@SETTINGS
@given(st.lists(st.text(max_size=30) | st.from_regex(r"[a-z.]{1,12}=.{0,12}"), max_size=3))
def test_any_override(overrides: list[str]) -> None:
    check(VALID, *overrides)


@pytest.mark.parametrize("count", [3_000])
def test_thousands_of_mistakes_are_answered_quickly(count: int) -> None:
    check(VALID.replace("order: [club, any]", f"order: [{', '.join(['1'] * count)}]"))
    check(VALID + "\n".join(f"k{number}: 1" for number in range(count)))
