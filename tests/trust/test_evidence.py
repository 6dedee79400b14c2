"""The sign-off file: every value with unit, bounds, status and source, and how it is printed."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from marketsim import ScenarioError, load_scenario
from marketsim.cli.main import main
from marketsim.england.figures import target_rows
from marketsim.reports.evidence import chosen, described
from marketsim.results import store
from marketsim.scenario.drawn_values import plausible_set
from marketsim.scenario.levers import registered_levers
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import Shape, shape_of
from marketsim.scenario.signoff import STATUSES
from marketsim.trust.evidence import Entry, all_entries, as_csv, parameters, recorded_entries, write_evidence

NUMBERS = ("number", "integer")


def dotted(key: str) -> str:
    """A key of the sign-off file as plausible sets and --set have it."""
    return key.replace("[", ".").replace("]", "")


def test_the_file_is_what_the_schema_and_the_tables_give() -> None:
    text = files("marketsim.england").joinpath("evidence.csv").read_text(encoding="utf-8")
    assert text == as_csv(all_entries()), "run `marketsim evidence --write`"
    assert recorded_entries() == all_entries()


def test_every_entry_has_value_unit_status_and_source() -> None:
    entries = all_entries()
    assert [key for key, count in Counter(one.key for one in entries).items() if count > 1] == []
    assert [one.key for one in entries if not one.unit] == []
    assert [one.key for one in entries if one.status not in STATUSES] == []
    assert [one.key for one in entries if not one.source] == []
    assert [one.key for one in entries if one.status != "assumption" and one.source == "assumption"] == []
    assert [one.key for one in entries if not one.value and not one.key.startswith("authorities.csv")] == []


def test_every_number_of_the_schema_is_a_parameter_with_bounds() -> None:
    found = {key: shape for key, _, shape in parameters()}
    assert [key for key in numbers(shape_of(Scenario), "") if key not in found] == []
    unbounded = [
        key
        for key, shape in found.items()
        for part in shape.alternatives()
        if part.schema.get("type") in NUMBERS and "enum" not in part.schema and not bounded(part.schema)
    ]
    assert unbounded == []


def bounded(schema: dict[str, Any]) -> bool:
    """True if there is a least and a greatest value."""
    return bool(schema.keys() & {"minimum", "exclusiveMinimum"} and schema.keys() & {"maximum", "exclusiveMaximum"})


def numbers(shape: Shape, key: str) -> list[str]:
    """The keys of all numbers in a schema, found in another way than by their status."""
    tag = shape.tag()
    if tag is not None:
        own = [word for word in tag[1] if word in ("england", "synthetic") or word in registered_levers()]
        return [found for word in own for found in numbers(shape.settled({tag[0]: word}), f"{key}[{word}]")]
    if "properties" in shape.schema:
        below = shape.schema["properties"]
        return [found for name in below for found in numbers(shape.at(name), f"{key}.{name}".lstrip("."))]
    if shape.schema.get("type") == "array":
        return numbers(shape.at(0), f"{key}[]")
    return [key] if any(part.schema.get("type") in NUMBERS for part in shape.alternatives()) else []


def test_all_sections_rules_worlds_and_tables_are_there() -> None:
    keys = [one.key for one in all_entries()]
    ours = [name for name, rule in registered_levers().items() if rule.__module__.startswith("marketsim.purchasing")]
    starts = [*(f"purchasing.arrangements[{name}]." for name in ours), "world[england].", "world[synthetic].",
              "providers.", "economy.", "figures.csv[", "economy.csv[", "stock.csv[", "authorities.csv["]  # fmt: skip
    assert [start for start in starts if not any(key.startswith(start) for key in keys)] == []


def test_values_are_the_defaults() -> None:
    by_key = {one.key: one for one in all_entries()}
    loaded = load_scenario("england_2024")
    defaults = {key for key, source in loaded.sources.items() if source.startswith("default (")}
    shared = [key for key in defaults if key in by_key]
    assert len(shared) > 80
    for key in shared:
        value: Any = loaded.values
        for step in key.split("."):
            value = value[step]
        assert json.loads(by_key[key].value) == value if not isinstance(value, str) else by_key[key].value == value


def test_plausible_values_lie_in_the_ranges_and_are_fitted_to_targets() -> None:
    ranges = {dotted(one.key): one for one in all_entries() if one.low}
    measures = {row["measure"] for row in target_rows()}
    with files("marketsim.england").joinpath("uncertain.csv").open(encoding="utf-8") as file:
        assert {row["key"] for row in csv.DictReader(file)} == ranges.keys(), "a range for a key that there isn't"
    for key, one in ranges.items():
        assert float(one.low) < float(one.high), key
        assert set(one.fitted_to.split(";")) <= measures, key
    for values in plausible_set().values():
        assert all(float(ranges[key].low) <= values[key] <= float(ranges[key].high) for key in values if key in ranges)


def test_csv_survives_commas_quotes_and_lines() -> None:
    entry = Entry("a.b", "1", "", "", "share", "measured", 'so "it" is, they say', "x;y")
    [read] = csv.DictReader(io.StringIO(as_csv([entry])))
    assert Entry(**read) == entry


# As printed


def test_printed_in_80_letters_with_counts_at_the_end() -> None:
    entries = all_entries()
    lines = described(entries).splitlines()
    assert max(map(len, lines)) <= 80
    of_parameters, of_tables = lines[-2:]
    own = [one for one in entries if ".csv[" not in one.key]
    assert of_parameters.startswith(f"{len(own)} parameters: {sum(o.status == 'measured' for o in own)} measured")
    assert of_tables.startswith(f"{len(entries) - len(own)} figures in tables")
    assert all(section in lines for section in ("providers", "world[england]", "purchasing.arrangements[spot]"))


def test_an_entry_shows_all_that_is_known() -> None:
    entry = Entry("providers.pressure", "0.85", "0.2", "3", "ratio", "estimated", "a survey", "fee;margin")
    said = described([entry])
    for words in ("providers\n", "0.85 ratio", "estimated", "a survey", "from 0.2 to 3", "fitted to fee, margin"):
        assert words in said


@pytest.mark.parametrize(
    ("pattern", "status", "expected"),
    [
        ("bidding", None, ["providers.bidding"]),
        ("PROVIDERS.floor*margin", None, ["providers.floor_margin", "providers.floor_margin_large"]),
        ("arrangements[spot].fee", None, ["purchasing.arrangements[spot].fee_limit_at_first"]),
        ("closings_per_year", "measured", []),
    ],
)
def test_chosen(pattern: str, status: str | None, expected: list[str]) -> None:
    found = [one.key for one in chosen(all_entries(), pattern, status)]
    assert set(expected) <= set(found) and len(found) <= len(expected) + 1


@pytest.mark.parametrize(
    ("pattern", "status", "words"),
    [("biding", None, "did you mean 'bidding'?"), (None, "guessed", "measured, estimated, assumption")],
)
def test_mistakes_are_one_line(pattern: str | None, status: str | None, words: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        chosen(all_entries(), pattern, status)
    assert words in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["bidding", "--status", "assumption"], 0, "bidding"),
        (["biding"], 2, "did you mean 'bidding'?"),
        (["--status", "guessed"], 2, "guessed"),
    ],
)
def test_the_command(
    words: list[str], code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["marketsim", "evidence", *words])
    with pytest.raises(SystemExit) as left:
        main()
    streams = capsys.readouterr()
    assert left.value.code == code
    shown, silent = (streams.out, streams.err) if code == 0 else (streams.err, streams.out)
    assert said in shown and silent == ""
    assert code == 0 or len(shown.splitlines()) == 1


def test_written_only_in_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PACKAGE", tmp_path / "marketsim")
    with pytest.raises(store.StoreError, match="checkout"):
        write_evidence()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".git").mkdir()
    (tmp_path / "marketsim" / "england").mkdir(parents=True)
    assert write_evidence().read_text(encoding="utf-8") == as_csv(all_entries())
